/** The built-in tags that the browser runtime has. A tag that is not here is a fault of the build, not a blank on the screen. */
export const builtInTags = [
  'view',
  'text',
  'button',
  'input',
  'textarea',
  'image',
  'picker',
  'switch',
  'scroll-view',
  'navigator',
  'page-meta',
  'progress',
  'label',
  'form',
  'root-portal',
]
