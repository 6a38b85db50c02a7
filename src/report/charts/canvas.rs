//! Shapes to SVG or PNG, through plotters. The only file that knows plotters, the font and the
//! two backends' ways of placing text.

use std::fmt;
use std::sync::OnceLock;

use plotters::prelude::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle, TextStyle, register_font,
};

use super::shape::{Anchor, CAPTION, Colour, Font, HEADING, LABEL, Picture, Shape, TITLE, WHITE};
use crate::report::clean;
use crate::report::table::words;

/// The name under which the embedded font is registered, which is also what an SVG asks its
/// reader for: Verdana has the same widths as DejaVu Sans.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

static REGULAR: &[u8] = include_bytes!("fonts/DejaVuSans-subset.ttf");
static BOLD: &[u8] = include_bytes!("fonts/DejaVuSans-Bold-subset.ttf");

/// A font's size as plotters counts it, for one pixel of em: its SVG backend divides by this
/// number, its bitmap font is as high as DejaVu's ascent and descent together.
const SVG_SIZE: f64 = 1.24;
const BITMAP_SIZE: f64 = 1.164;

/// A PNG has two pixels for one of the layout, to be sharp on today's screens and slides.
const PNG_SCALE: f64 = 2.0;

/// Why a chart could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartError {
    /// The embedded font could not be read.
    Font,
    /// The backend refused, with its reason.
    Draw(String),
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChartError::Font => f.write_str("the font for the charts could not be read"),
            ChartError::Draw(reason) => write!(f, "a chart could not be drawn: {reason}"),
        }
    }
}

impl std::error::Error for ChartError {}

/// Makes the font known to plotters; must come before any measuring or drawing, SVG included.
pub(super) fn load_fonts() -> Result<(), ChartError> {
    static LOADED: OnceLock<bool> = OnceLock::new();
    let loaded = *LOADED.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, REGULAR).is_ok()
            && register_font(FAMILY, FontStyle::Bold, BOLD).is_ok()
    });
    if loaded { Ok(()) } else { Err(ChartError::Font) }
}

/// The width of a text in pixels.
pub(super) fn text_width(text: &str, font: Font) -> f64 {
    // Measured large, since plotters rounds to whole pixels.
    let measured = describe(font, 100.0 / font.px * BITMAP_SIZE)
        .layout_box(text)
        .map_or_else(|_| 0.7 * 100.0 * text.chars().count() as f64, |((x0, _), (x1, _))| f64::from(x1 - x0));
    // Wide letters are not in the font; a reader's own font draws them as wide as high.
    let wide = clean::width(text).saturating_sub(text.chars().count());
    (measured / 100.0 + 0.5 * wide as f64) * font.px
}

/// `text` shortened with an ellipsis until it fits into `px` pixels.
pub(super) fn fit(text: &str, font: Font, px: f64) -> String {
    if text_width(text, font) <= px {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    shortened(chars.len(), font, px, |kept| chars[..kept].iter().chain(['…'].iter()).collect())
}

/// As [`fit`], for a name: the middle gives way, since names often differ at their ends.
pub(super) fn fit_name(name: &str, font: Font, px: f64) -> String {
    if text_width(name, font) <= px {
        return name.to_owned();
    }
    let chars: Vec<char> = name.chars().collect();
    shortened(chars.len(), font, px, |kept| clean::without_middle(&chars, kept))
}

/// The longest of the shorter texts that fits.
fn shortened(length: usize, font: Font, px: f64, shorter: impl Fn(usize) -> String) -> String {
    let fits = |text: &String| text_width(text, font) <= px;
    // No letter is narrower than a tenth of its height: of a name of ten thousand letters few are worth measuring.
    let most = length.min((px / (0.1 * font.px)) as usize + 1);
    (0..most).rev().map(shorter).find(fits).unwrap_or_else(|| "…".to_owned())
}

/// `text` in lines of at most `px` pixels; what does not fit into `lines` ends in an ellipsis.
pub(super) fn wrap(text: &str, font: Font, px: f64, lines: usize) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut words = words(text).into_iter().peekable();
    while let Some(word) = words.next() {
        let mut line = word;
        let last = done.len() + 1 == lines;
        while let Some(next) = words.peek() {
            let longer = format!("{line} {next}");
            if !last && text_width(&longer, font) > px {
                break;
            }
            line = longer;
            words.next();
        }
        done.push(fit(&line, font, px));
    }
    done
}

/// The picture as SVG: real text, and a title and description for screen readers.
pub(super) fn svg(picture: &Picture, id: &str) -> Result<Vec<u8>, ChartError> {
    let mut text = String::new();
    let size = (picture.width as u32, picture.height as u32);
    let mut backend = SVGBackend::with_string(&mut text, size);
    render(picture, &mut backend, 1.0, SVG_SIZE)?;
    drop(backend);
    for font in [LABEL, CAPTION, HEADING, TITLE] {
        // plotters divides again by what the size was multiplied with; 13 must not be 13.000000000000002.
        let drawn = font.px * SVG_SIZE / SVG_SIZE;
        text = text.replace(&format!("font-size=\"{drawn}\""), &format!("font-size=\"{}\"", font.px));
    }
    let head = format!("<svg role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" ");
    let words = format!(
        ">\n<title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
        escape(&picture.title),
        escape(&picture.description)
    );
    Ok(text.replacen("<svg ", &head, 1).replacen(">\n", &words, 1).into_bytes())
}

/// The picture as PNG.
pub(super) fn png(picture: &Picture) -> Result<Vec<u8>, ChartError> {
    let width = (picture.width * PNG_SCALE) as u32;
    let height = (picture.height * PNG_SCALE) as u32;
    let mut pixels = vec![255; width as usize * height as usize * 3];
    render(picture, &mut BitMapBackend::with_buffer(&mut pixels, (width, height)), PNG_SCALE, BITMAP_SIZE)?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Flat colours: the row above is the best guess, and the file half as large.
    encoder.set_filter(png::FilterType::Up);
    encoder.set_compression(png::Compression::Default);
    let mut writer = encoder.write_header().map_err(fail)?;
    writer.write_image_data(&pixels).map_err(fail)?;
    writer.finish().map_err(fail)?;
    Ok(bytes)
}

fn render<B: DrawingBackend>(
    picture: &Picture,
    backend: &mut B,
    scale: f64,
    font_size: f64,
) -> Result<(), ChartError> {
    let to = |x: f64, y: f64| (libm::round(x * scale) as i32, libm::round(y * scale) as i32);
    let fill = |colour: Colour| ShapeStyle::from(&rgb(colour)).filled();
    backend.draw_rect((0, 0), to(picture.width, picture.height), &fill(WHITE), true).map_err(fail)?;
    for shape in &picture.shapes {
        match shape {
            Shape::Rect { x0, y0, x1, y1, fill: colour } => {
                backend.draw_rect(to(*x0, *y0), to(*x1, *y1), &fill(*colour), true).map_err(fail)?;
            }
            Shape::Line { points, colour, width } => {
                let style = ShapeStyle::from(&rgb(*colour)).stroke_width((f64::from(*width) * scale) as u32);
                backend.draw_path(points.iter().map(|&(x, y)| to(x, y)), &style).map_err(fail)?;
            }
            Shape::Polygon { points, fill: colour } => {
                backend.fill_polygon(points.iter().map(|&(x, y)| to(x, y)), &fill(*colour)).map_err(fail)?;
            }
            Shape::Text { x, y, anchor, font, colour, text } => {
                // Both backends hang a text below its anchor: the SVG one by 0.76 em, the bitmap
                // one by half the size it was given.
                let rise = if font_size < SVG_SIZE { font.px * font_size / 2.0 } else { font.px * 0.76 };
                let h_pos = match anchor {
                    Anchor::Start => HPos::Left,
                    Anchor::Middle => HPos::Center,
                    Anchor::End => HPos::Right,
                };
                let ink = rgb(*colour);
                let style = TextStyle::from(describe(*font, font_size * scale))
                    .color(&ink)
                    .pos(Pos::new(h_pos, VPos::Top));
                backend.draw_text(text, &style, to(*x, y - rise)).map_err(fail)?;
            }
        }
    }
    backend.present().map_err(fail)
}

fn fail(error: impl std::error::Error) -> ChartError {
    ChartError::Draw(error.to_string())
}

fn describe(font: Font, size: f64) -> FontDesc<'static> {
    let style = if font.bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FAMILY), font.px * size, style).transform(FontTransform::None)
}

fn rgb(Colour(red, green, blue): Colour) -> RGBColor {
    RGBColor(red, green, blue)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
