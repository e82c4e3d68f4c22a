//! The pictures in the repository are what the program draws, and pages show them.

use std::fs;

use clap::Parser;
use hingeline_figures::front_page::{self, COMMAND};
use hingeline_figures::material::Material;
use hingeline_figures::options::Options;

#[test]
fn the_pictures_of_the_repository_are_those_of_the_program() {
    let material = Material::new(&Options::parse_from(["figures"])).expect("the digits are in the repository");
    for figure in front_page::FIGURES {
        let path = front_page::path(figure);
        let lies = fs::read(&path).unwrap_or_default();
        let drawn = front_page::picture(figure, &material).expect("it can be drawn");
        assert!(lies == drawn, "{} is not what the program draws; `{COMMAND}` redraws it", path.display());
        assert!(lies.len() < 120_000, "{} has {} bytes: too many for a page", path.display(), lies.len());
    }
}

#[test]
fn the_pictures_of_the_repository_are_shown() {
    let page = include_str!("../README.md");
    for figure in front_page::FIGURES {
        assert!(page.contains(&format!("src=\"readme/{}.png\"", figure.name())), "{} is not shown", figure.name());
    }
    let pictures = include_str!("../../../README.md").matches("<img ").count();
    assert!(pictures <= 1, "the front page has {pictures} pictures");
}
