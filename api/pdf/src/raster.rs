//! Rasterizes drawings for documents without SVG.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::Error;
use crate::fonts::FontSet;

/// A rasterized drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct RasterImage {
    /// The picture as PNG.
    pub png: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Draws an SVG at `scale` times its size, with the machine's Chinese fonts. Takes some tens of milliseconds of one
/// core: do not call it on an async thread.
pub fn draw(svg: &str, scale: f32) -> Result<RasterImage, Error> {
    let fonts = FontSet::of_system();
    if fonts.is_empty() {
        return Err(Error::NoChineseFont);
    }
    let options = Options {
        fontdb: Arc::clone(fonts.database()),
        ..Options::default()
    };
    let unreadable = |what: &dyn std::fmt::Display| Error::Drawing(what.to_string());
    let tree = Tree::from_str(svg, &options).map_err(|error| unreadable(&error))?;
    let size = tree.size().to_int_size().scale_by(scale);
    let size = size.ok_or_else(|| unreadable(&"it has no size"))?;
    let mut dots = Pixmap::new(size.width(), size.height()).ok_or_else(|| unreadable(&"it is too large"))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut dots.as_mut());
    Ok(RasterImage {
        png: dots.encode_png().map_err(|error| unreadable(&error))?,
        width: size.width(),
        height: size.height(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(text: &str) -> String {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="64" height="32"><text x="4" y="24" font-size="20" font-family="sans-serif">{text}</text></svg>"#
        )
    }

    #[test]
    fn a_drawing_is_as_large_as_asked_for_and_its_letters_are_drawn() {
        let (written, empty) = (draw(&svg("洛阳"), 2.0).unwrap(), draw(&svg(""), 2.0).unwrap());
        assert_eq!((written.width, written.height), (128, 64));
        assert!(written.png.starts_with(b"\x89PNG"));
        assert_ne!(written.png, empty.png);
        // Two characters without a glyph would look alike.
        assert_ne!(written.png, draw(&svg("阳洛"), 2.0).unwrap().png);
        assert!(draw("no drawing", 1.0).is_err());
    }
}
