//! Terms whose addresses do not follow from their names, or that say something of
//! themselves: each has a file.

use super::export::is_sound;
use super::front::Front;
use super::house::{House, as_url, name_of};
use crate::text::{urlize_term, urlize_words};

pub struct Term {
    pub name: String,
    /// The last part of its old address.
    pub slug: String,
    pub description: String,
    /// Parts of the old address before the slug, each with a `/`.
    pub above: String,
}

impl Term {
    /// `first` is the first part of the addresses of the taxonomy's terms.
    pub fn write(&self, taxonomy: &str, first: &str, house: &mut House) {
        let path = urlize_term(&self.name, true);
        let mut url = format!("/{first}/{}{}/", self.above, self.slug);
        if !is_sound(&url) {
            url = format!("/{first}/{}/", name_of(&self.slug, "term"));
        }
        let is_usual = url == format!("/{first}/{}/", urlize_words(&self.name, true));
        if (is_usual && self.description.is_empty()) || path.is_empty() {
            return;
        }
        let mut front = Front::default();
        front.text("title", &self.name);
        if !is_usual {
            front.text("url", &as_url(&url));
        }
        if !self.description.is_empty() {
            front.text("description", &self.description);
        }
        let path = format!("content/{taxonomy}/{path}/_index.md");
        house.page(&path, &url, &front, "");
    }
}
