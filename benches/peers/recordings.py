"""Public recordings as folders of CSV, for `hingeline train --window`: the data of the guide's figures of windows.

    recordings.py watch watch_dataset.npy OUT       the file in the package seglearn 1.2.5 (PyPI, BSD-3-Clause)
    recordings.py muscles CHECKOUT OUT              github.com/aljazfrancic/myo-readings-dataset (MIT)
    recordings.py wand CHECKOUT OUT                 github.com/jewang/gesture-demo (Apache-2.0)
    recordings.py excerpt watch_dataset.npy OUT     the part of the watch in examples/data/recordings

Each writes OUT/train and OUT/test. The watch: wearers 1 to 7 for training and 8 to 10 for testing, acceleration and
rotation at 50 Hz. The muscles: two sessions of the wearer 54321 for training and a third, for which the armband was put
on again, for testing; eight channels at 200 Hz. The wand: recordings below 70 of each spell and below 5 of none for
training, and the others for testing; acceleration and rotation at about 120 Hz.
"""

import csv
import pathlib
import sys


def write(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        out.writerows(rows)


def watch(source, out):
    import numpy

    data = numpy.load(source, allow_pickle=True).item()
    for index, (readings, label, subject) in enumerate(zip(data["X"], data["y"], data["subject"])):
        part = "train" if subject <= 7 else "test"
        label = data["y_labels"][int(label)]
        rows = ([repr(float(numpy.float32(value))) for value in row] + [int(subject), label] for row in readings)
        write(out / part / f"{label}_{index:03}.csv", [*data["X_labels"], "wearer", "exercise"], rows)


def muscles(source, out):
    for session, part in ((1, "train"), (2, "train"), (3, "test")):
        for file in sorted((source / f"_readings_right_hand/54321-{session}").glob("*.txt")):
            rows = (line.split(",") for line in file.read_text().split())
            write(out / part / f"{session}_{file.stem}.csv", [*(f"e{channel}" for channel in range(1, 9)), "gesture"], rows)


def wand(source, out):
    axes = [f"{kind}_{axis}" for kind in ("accel_ms2", "gyro_degs") for axis in "xyz"]
    for label, first_of_test in (("flippendo", 70), ("wingardium", 70), ("negative", 5)):
        for file in sorted((source / label).glob("*.csv")):
            part = "train" if int(file.stem.removeprefix(label)) < first_of_test else "test"
            rows = ([row[axis] for axis in axes] for row in csv.DictReader(file.open()))
            write(out / part / f"{file.stem}.csv", axes, rows)


def excerpt(source, out):
    import numpy

    data = numpy.load(source, allow_pickle=True).item()
    for readings, label, subject, side in zip(data["X"], data["y"], data["subject"], data["side"]):
        if subject in (1, 2, 10) and side == 0:
            part = "test" if subject == 10 else "train"
            # Eight seconds, in thousandths.
            rows = numpy.rint(1000 * readings[100:500]).astype(int).tolist()
            write(out / part / f"{data['y_labels'][int(label)]}_{int(subject)}.csv", data["X_labels"], rows)


def main():
    sets = {"watch": watch, "muscles": muscles, "wand": wand, "excerpt": excerpt}
    if len(sys.argv) != 4 or sys.argv[1] not in sets:
        sys.exit(__doc__)
    sets[sys.argv[1]](pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))


if __name__ == "__main__":
    main()
