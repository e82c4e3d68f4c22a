//! What programs do with a set before they train on it.

use hingeline::Samples;
use hingeline_examples::dataset::{Dataset, Part};
use hingeline_examples::digits::{RECIPE, digits};

fn set(train: &[[f32; 2]], test: &[[f32; 2]]) -> Dataset<2> {
    let part =
        |features: &[[f32; 2]]| Part::new(features.to_vec(), (0..features.len()).map(|index| index as u8).collect());
    let classes = (0..10).map(|class| class.to_string()).collect();
    let (name, description, recipe) = (String::new(), String::new(), RECIPE);
    Dataset { name, description, classes, train: part(train), validation: part(&[]), test: part(test), recipe }
}

#[test]
fn standardised_features_have_mean_0_and_deviation_1_and_constant_ones_are_0() {
    let mut set = set(&[[1.0, 7.0], [3.0, 7.0]], &[[4.0, 8.0]]);
    set.standardise();
    assert_eq!(set.train.features, [[-1.0, 0.0], [1.0, 0.0]]);
    assert_eq!(set.test.features, [[2.0, 0.0]]);
}

#[test]
fn the_mean_is_that_of_the_training_part() {
    let Dataset { name, description, classes, recipe, .. } = set(&[], &[]);
    let part = |pictures: &[[u8; 2]]| Part::new(pictures.to_vec(), vec![3; pictures.len()]);
    let (train, validation, test) = (part(&[[1, 7], [3, 7]]), part(&[]), part(&[[4, 8]]));
    let mut set = Dataset { name, description, classes, train, validation, test, recipe };
    set.subtract_mean();
    let mut train = set.train.samples().expect("as many labels");
    assert_eq!([0, 1].map(|index| *train.sample(index).expect("a sample").0), [[-1.0, 0.0], [1.0, 0.0]]);
    assert_eq!(set.test.samples().expect("as many labels").sample(0), Ok((&[2.0, 1.0], 3)));
}

#[test]
fn a_training_part_is_of_two_classes_and_others_are_named() {
    let mut set = set(&[[1.0, 7.0], [3.0, 7.0], [5.0, 7.0]], &[]);
    set.classes = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
    assert_eq!((set.check_classes(), set.untrained().as_deref()), (Ok(()), Some("no training sample is of class d")));
    set.train.labels = vec![3, 0, 3];
    assert_eq!(set.untrained().as_deref(), Some("no training sample is of classes b, c"));
    set.train.labels = vec![1; 3];
    let refusal = "each of the 3 training samples is of class b; expected at least two classes";
    assert_eq!(set.check_classes(), Err(refusal.to_owned()));
    set.train.labels = vec![0, 1, 2];
    set.classes.truncate(3);
    assert_eq!((set.check_classes(), set.untrained()), (Ok(()), None));
    assert!(set.set_aside(0.67, 1).is_err_and(|problem| problem.contains("each of the 1 training samples")));
}

#[test]
fn each_sample_is_in_one_part_with_its_label() {
    let features: Vec<_> = (0..10_u8).map(|index| [f32::from(index); 2]).collect();
    let mut set = set(&features, &[]);
    set.set_aside(0.3, 1).expect("there are enough samples");
    assert_eq!((set.train.labels.len(), set.validation.labels.len()), (7, 3));
    let mut seen = Vec::new();
    for part in [&set.train, &set.validation] {
        for (x, &label) in part.features.iter().zip(&part.labels) {
            assert_eq!(x, &[f32::from(label); 2]);
            seen.push(label);
        }
    }
    assert!(!seen.is_sorted(), "drawn, not cut off: {seen:?}");
    seen.sort_unstable();
    assert_eq!(seen, (0..10).collect::<Vec<_>>());
    let refusal = set.set_aside(0.01, 1).expect_err("none is set aside");
    assert!(refusal.starts_with("0.01 of 7 training samples is 0 of them; expected"), "{refusal}");
    assert!(set.set_aside(0.99, 1).is_err(), "none stays");
}

#[test]
fn all_digits_are_read() {
    let set = digits();
    assert_eq!((set.train.labels.len(), set.test.labels.len()), (1297, 500));
    let files =
        [include_bytes!("../../data/digits/train.bin").as_slice(), include_bytes!("../../data/digits/test.bin")];
    assert_eq!(files.map(|bytes| bytes.len() % 65), [0, 0]);
    assert!(set.train.labels.iter().chain(&set.test.labels).all(|&label| label < 10));
}
