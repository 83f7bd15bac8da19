const js = require('@eslint/js')
const ts = require('typescript-eslint')

const ofNode = Object.fromEntries(
  ['process', 'console', 'fetch', 'URL', 'URLSearchParams', 'Buffer', 'setTimeout', 'clearTimeout'].map((name) => [name, 'readonly']),
)
const ofBrowser = Object.fromEntries(
  [
    'window',
    'Event',
    'createImageBitmap',
    'CanvasRenderingContext2D',
    'document',
    'location',
    'localStorage',
    'crypto',
    'FormData',
    'XMLHttpRequest',
    'AbortController',
    'AbortSignal',
    'Option',
    'Image',
    'innerWidth',
    'innerHeight',
    'devicePixelRatio',
    'queueMicrotask',
    'requestAnimationFrame',
    'getComputedStyle',
    'require',
  ].map((name) => [name, 'readonly']),
)

module.exports = ts.config(
  { ignores: ['miniprogram/api/schema.d.ts', 'test/.dist', 'test/ci', '**/node_modules'] },
  {
    files: ['miniprogram/**/*.ts'],
    extends: [...ts.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      complexity: ['error', 12],
    },
  },
  { files: ['test/**/*.mjs'], extends: [js.configs.recommended], languageOptions: { globals: { ...ofNode, ...ofBrowser } } },
)
