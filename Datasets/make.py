#!/usr/bin/env python3
"""Make the folders of the data sets that come with Espalier.

usage: make.py SOURCE      (a folder of plain CSV tables, such as iris.csv; see TABLES below)

Each folder gets data.csv, schema.json and README.md; the MONK's problems also get test.csv.
Rows are left in their order. Nothing is changed but names: the one-letter codes of the mushroom
table become the words that its documentation gives for them.
"""
import csv
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
CC = "CC BY 4.0, as the UCI Machine Learning Repository gives it to its data"
SKLEARN = "; this copy is the one that comes with scikit-learn (BSD-3-Clause)"
UCI = "UCI Machine Learning Repository, https://archive.ics.uci.edu"

MUSHROOM = {
    "cap_shape": "b=bell c=conical x=convex f=flat k=knobbed s=sunken",
    "cap_surface": "f=fibrous g=grooves y=scaly s=smooth",
    "cap_color": "n=brown b=buff c=cinnamon g=gray r=green p=pink u=purple e=red w=white y=yellow",
    "bruises": "t=yes f=no",
    "odor": "a=almond l=anise c=creosote y=fishy f=foul m=musty n=none p=pungent s=spicy",
    "gill_attachment": "a=attached d=descending f=free n=notched",
    "gill_spacing": "c=close w=crowded d=distant",
    "gill_size": "b=broad n=narrow",
    "gill_color": "k=black n=brown b=buff h=chocolate g=gray r=green o=orange p=pink u=purple "
    "e=red w=white y=yellow",
    "stalk_shape": "e=enlarging t=tapering",
    "stalk_root": "b=bulbous c=club u=cup e=equal z=rhizomorphs r=rooted",
    "stalk_surface_above_ring": "f=fibrous y=scaly k=silky s=smooth",
    "stalk_surface_below_ring": "f=fibrous y=scaly k=silky s=smooth",
    "stalk_color_above_ring": "n=brown b=buff c=cinnamon g=gray o=orange p=pink e=red w=white "
    "y=yellow",
    "stalk_color_below_ring": "n=brown b=buff c=cinnamon g=gray o=orange p=pink e=red w=white "
    "y=yellow",
    "veil_type": "p=partial u=universal",
    "veil_color": "n=brown o=orange w=white y=yellow",
    "ring_number": "n=none o=one t=two",
    "ring_type": "c=cobwebby e=evanescent f=flaring l=large n=none p=pendant s=sheathing z=zone",
    "spore_print_color": "k=black n=brown b=buff h=chocolate r=green o=orange u=purple w=white "
    "y=yellow",
    "population": "a=abundant c=clustered n=numerous s=scattered v=several y=solitary",
    "habitat": "g=grasses l=leaves m=meadows p=paths u=urban w=waste d=woods",
    "class": "e=edible p=poisonous",
}

# name: source files, title, donors, licence, what to say of it, and how its columns differ from
# plain numbers: units, levels in their natural order ("*" for every column not named).
TABLES = {
    "iris": dict(
        files=["iris"], title="Iris", licence=CC + SKLEARN,
        about="150 iris flowers of three species, four measures each, by Edgar Anderson; made "
        "famous by R. A. Fisher (1936), *The use of multiple measurements in taxonomic problems*, "
        "Annals of Eugenics 7, 179-188. Donor: Michael Marshall (1988).",
        units={"*": "cm"}),
    "wine": dict(
        files=["wine"], title="Wine", licence=CC + SKLEARN,
        about="178 wines from one region of Italy and three cultivars, 13 chemical measures each. "
        "Donors: M. Forina and others, *PARVUS*, Genoa; Stefan Aeberhard (1991)."),
    "breast-cancer": dict(
        files=["breast_cancer_diagnostic"], title="Breast cancer (Wisconsin, diagnostic)",
        licence=CC + SKLEARN,
        about="569 fine-needle aspirates of breast masses; mean, standard error and worst value of "
        "ten measures of the cell nuclei. Donors: W. Nick Street, William H. Wolberg, Olvi L. "
        "Mangasarian (1995)."),
    "house-votes": dict(
        files=["house_votes_84"], title="Congressional voting records, 1984", licence=CC,
        about="435 members of the U.S. House of Representatives, 16 key votes each. An empty cell "
        "is neither yes nor no: the member did not make a position known. Source: Congressional "
        "Quarterly Almanac, 98th Congress. Donor: Jeff Schlimmer (1987).",
        levels={"*": ["n", "y"]}),
    "mushroom": dict(
        files=["mushroom"], title="Mushroom", licence=CC,
        about="8,124 mushrooms of 23 species of the families Agaricus and Lepiota, edible or "
        "poisonous, from *The Audubon Society Field Guide to North American Mushrooms* (1981). "
        "The letters of the original are written out as its documentation gives them. An empty "
        "stalk_root is missing there too. veil_type is the same in every row, and so is left out "
        "by the tool. Donor: Jeff Schlimmer (1987).",
        words=MUSHROOM,
        orders={"gill_spacing": ["close", "crowded"], "gill_size": ["narrow", "broad"],
                "ring_number": ["none", "one", "two"], "bruises": ["no", "yes"]}),
    "car": dict(
        files=["car_evaluation"], title="Car evaluation", licence=CC,
        about="The whole attribute space of a hierarchical decision model for choosing a car, "
        "1,728 cars. Donors: Marko Bohanec and Blaž Zupan (1997).",
        levels={"buying": ["low", "med", "high", "vhigh"], "maint": ["low", "med", "high", "vhigh"],
                "doors": ["2", "3", "4", "5more"], "persons": ["2", "4", "more"],
                "lug_boot": ["small", "med", "big"], "safety": ["low", "med", "high"]},
        classes=["unacc", "acc", "good", "vgood"]),
    "nursery": dict(
        files=["nursery"], title="Nursery", licence=CC,
        about="The whole attribute space of a hierarchical decision model that ranked applications "
        "for nursery schools in Ljubljana, 12,960 families. The class `recommend` has two rows. "
        "Donors: Vladislav Rajkovič, Marko Bohanec and Blaž Zupan (1997).",
        levels={"parents": ["usual", "pretentious", "great_pret"],
                "has_nurs": ["proper", "less_proper", "improper", "critical", "very_crit"],
                "form": ["complete", "completed", "incomplete", "foster"],
                "children": ["1", "2", "3", "more"],
                "housing": ["convenient", "less_conv", "critical"],
                "finance": ["convenient", "inconv"],
                "social": ["nonprob", "slightly_prob", "problematic"],
                "health": ["recommended", "priority", "not_recom"]},
        classes=["not_recom", "recommend", "very_recom", "priority", "spec_prior"]),
    "tic-tac-toe": dict(
        files=["tic_tac_toe"], title="Tic-tac-toe endgame", licence=CC,
        about="Every board at the end of a game that x began, 958 boards; positive where x has "
        "won. b is a blank square. Donor: David W. Aha (1991).",
        levels={"*": ["b", "o", "x"]}),
    "balance": dict(
        files=["balance_scale"], title="Balance scale", licence=CC,
        about="The whole attribute space of a psychological experiment, 625 scales: which side "
        "goes down, L, R, or neither, B. The greater of left_weight * left_distance and "
        "right_weight * right_distance decides. Donor: Tim Hume (1994), after R. Siegler (1976).",
        classes=["L", "B", "R"]),
    "zoo": dict(
        files=["zoo"], title="Zoo", licence=CC,
        about="101 animals of seven types, 15 yes-or-no properties and the number of legs. The "
        "animals' names are not in this copy. Donor: Richard S. Forsyth (1990).",
        levels={"*": ["False", "True"]}, numeric=["legs"]),
    "german-credit": dict(
        files=["german_credit"], title="German credit (Statlog)", licence=CC,
        about="1,000 loan applicants of a German bank, good or bad risks, with the codes of the "
        "original written out. Amounts are in Deutsche Mark. Donor: Hans Hofmann (1994).",
        units={"duration": "months", "credit_amount": "DM", "age": "years"},
        orders={"checking_status": ["no checking", "<0", "0<=X<200", ">=200"],
                "savings_status": ["no known savings", "<100", "100<=X<500", "500<=X<1000",
                                   ">=1000"],
                "employment": ["unemployed", "<1", "1<=X<4", "4<=X<7", ">=7"],
                "own_telephone": ["none", "yes"], "foreign_worker": ["no", "yes"]}),
    "heart": dict(
        files=["heart_cleveland"], title="Heart disease (Cleveland)", licence=CC,
        about="303 patients; whether the diameter of a coronary vessel is narrowed by more than "
        "half (`>50_1`) or not (`<50`). Empty cells in ca and thal are missing values. Donors: "
        "Robert Detrano, V.A. Medical Center, Long Beach and Cleveland Clinic Foundation, with "
        "Andras Janosi, William Steinbrunn and Matthias Pfisterer (1988).",
        units={"age": "years", "trestbps": "mm Hg", "chol": "mg/dl", "thalach": "per min"},
        orders={"fbs": ["f", "t"], "exang": ["no", "yes"], "slope": ["down", "flat", "up"]}),
    "digits": dict(
        files=["digits_8x8"], title="Handwritten digits, 8 x 8", licence=CC + SKLEARN,
        about="1,797 handwritten digits of 43 people, each cell of a row the count (0 to 16) of "
        "dark points in a square of 4 x 4; column pYX is row Y, column X of the picture. Donors: "
        "E. Alpaydin and C. Kaynak (1998). These are the test digits of *Optical Recognition of "
        "Handwritten Digits*.",
        image={"height": 8, "width": 8, "channels": 1, "maximum": 16}),
}
for number, rule in enumerate(
    ["head_shape = body_shape, or jacket_color = 1",
     "exactly two of the six attributes have the value 1",
     "jacket_color = 3 and holding = 1, or jacket_color is not 4 and body_shape is not 3; six of "
     "the training labels are wrong on purpose"], 1):
    TABLES[f"monks-{number}"] = dict(
        files=[f"monks_{number}_train", f"monks_{number}_test"], title=f"MONK's problem {number}",
        licence=CC,
        about="Robots of six attributes, all 432 of them in test.csv and some in data.csv. A robot "
        f"is a monk (1) where {rule}. Donor: Sebastian Thrun (1992); Thrun and others (1991), "
        "*The MONK's problems: a performance comparison of different learning algorithms*, "
        "Carnegie Mellon University.",
        levels={"head_shape": list("123"), "body_shape": list("123"), "is_smiling": list("12"),
                "holding": list("123"), "jacket_color": list("1234"), "has_tie": list("12")})


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def in_order(texts):
    return sorted(texts, key=float) if all(map(is_number, texts)) else sorted(texts)


def column_schema(name, values, table):
    present = {value for value in values if value != ""}
    given = table.get("levels", {})
    levels = table.get("orders", {}).get(name) or given.get(name)
    if levels is None and name not in table.get("numeric", []):
        levels = given.get("*")
    if levels is None and not all(map(is_number, present)):
        levels = in_order(present)
    if levels is not None:
        assert present <= set(levels), (name, present - set(levels))
        return {"name": name, "kind": "categorical", "levels": levels}
    column = {"name": name, "kind": "numeric"}
    units = table.get("units", {})
    unit = units.get(name, units.get("*"))
    if unit:
        column["unit"] = unit
    return column


def read(path, words):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    header, rows = rows[0], rows[1:]
    for place, name in enumerate(header):
        if name in words:
            codes = dict(pair.split("=") for pair in words[name].split())
            for row in rows:
                row[place] = codes[row[place]] if row[place] else ""
    return header, rows


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def schema_text(schema):
    lines = ",\n    ".join(json.dumps(f, ensure_ascii=False) for f in schema["features"])
    rest = [f'  "target": {json.dumps(schema["target"], ensure_ascii=False)}',
            f'  "missing": {json.dumps(schema["missing"])}']
    if "image" in schema:
        rest.append(f'  "image": {json.dumps(schema["image"])}')
    return '{\n  "features": [\n    ' + lines + "\n  ],\n" + ",\n".join(rest) + "\n}\n"


def readme(table, header, rows, test_rows):
    target = header[-1]
    counts = {}
    for row in rows:
        counts[row[-1]] = counts.get(row[-1], 0) + 1
    shares = ", ".join(f"{name} {counts[name]:,}" for name in in_order(counts))
    size = f"{len(rows):,} rows" + (f" and {test_rows:,} test rows" if test_rows else "")
    return (f"# {table['title']}\n\n{table['about']}\n\n"
            f"{size}, {len(header) - 1} features; the target is `{target}`: {shares}.\n\n"
            f"Origin: {UCI}.\n\nLicence: {table['licence']}.\n")


def make(name, table, source):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    words = table.get("words", {})
    header, rows = read(source / f"{table['files'][0]}.csv", words)
    write(folder / "data.csv", header, rows)
    test = []
    if len(table["files"]) > 1:
        _, test = read(source / f"{table['files'][1]}.csv", words)
        write(folder / "test.csv", header, test)
    columns = list(zip(*rows, *test))
    classes = table.get("classes") or in_order(set(columns[-1]))
    assert set(columns[-1]) == set(classes), name
    schema = {
        "features": [column_schema(n, c, table) for n, c in zip(header[:-1], columns)],
        "target": {"name": header[-1], "classes": classes}, "missing": [""]}
    if "image" in table:
        schema["image"] = table["image"]
    (folder / "schema.json").write_text(schema_text(schema))
    (folder / "README.md").write_text(readme(table, header, rows, len(test)))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for name, table in TABLES.items():
        make(name, table, pathlib.Path(sys.argv[1]))
