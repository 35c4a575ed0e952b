"""Runs exported rules on rows and compares the answers with those of the rules.

    check.py FOLDER TARGET

FOLDER has cases.json and the exported files, as Tests/ReportsTests writes them (with
ESPALIER_EXPORTS=KEPT in KEPT/sql, KEPT/pmml and so on); TARGET is sqlite, duckdb (needs the package of that name), postgresql (psql with a server
that PGHOST, PGDATABASE and so on name), onnx (needs onnx and onnxruntime), pmml or dmn.
Ends with 0 and one line if all answers are equal.
"""

import importlib
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def table(case, types, number_type, text_type, row_type):
    """The statements' parts that create the table: columns with types, and rows."""
    columns = [("espalier row", row_type)]
    for column in case["columns"]:
        is_number = column["kind"] == "number" and types == "typed"
        columns.append((column["name"], number_type if is_number else text_type))
    rows = case["rows" if types == "typed" else "texts"]
    return columns, [[position] + row for position, row in enumerate(rows)]


def database(case, types, connection, number_type, text_type, row_type, code):
    columns, rows = table(case, types, number_type, text_type, row_type)
    connection.execute("DROP TABLE IF EXISTS data")
    connection.execute(
        "CREATE TABLE data (%s)" % ", ".join(quoted(name) + " " + kind for name, kind in columns)
    )
    marks = ", ".join("?" for _ in columns)
    connection.executemany("INSERT INTO data VALUES (%s)" % marks, rows)
    cursor = connection.execute(code)
    names = [one[0] for one in cursor.description]
    rule, answer = names.index("espalier_rule"), names.index("espalier_class")
    found = sorted(cursor.fetchall(), key=lambda row: row[0])
    return [[row[answer], row[rule]] for row in found]


def sqlite(case, types, folder):
    import sqlite3

    with open(case_file(case, folder, "sqlite.sql"), encoding="utf-8") as file:
        return database(
            case, types, sqlite3.connect(":memory:"), "REAL", "TEXT", "INTEGER", file.read()
        )


def duckdb(case, types, folder):
    connection = importlib.import_module("duckdb").connect()
    with open(case_file(case, folder, "duckdb.sql"), encoding="utf-8") as file:
        return database(case, types, connection, "DOUBLE", "VARCHAR", "BIGINT", file.read())


def postgresql(case, types, folder):
    columns, rows = table(case, types, "double precision", "text", "integer")

    def literal(value):
        if value is None:
            return "NULL"
        if isinstance(value, str):
            return "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
        return repr(value)

    script = "CREATE TEMPORARY TABLE data (%s);\n" % ", ".join(
        quoted(name) + " " + kind for name, kind in columns
    )
    for row in rows:
        script += "INSERT INTO data VALUES (%s);\n" % ", ".join(map(literal, row))
    with open(case_file(case, folder, "postgresql.sql"), encoding="utf-8") as file:
        code = file.read().rstrip().rstrip(";")
    # JSON by a function, as psql would unescape nothing in it.
    script += (
        "SELECT coalesce(json_agg(json_build_array(x.espalier_class, x.espalier_rule) "
        'ORDER BY x."espalier row"), \'[]\')::text FROM (\n' + code + "\n) AS x;\n"
    )
    run = subprocess.run(
        ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1"], input=script.encode(), capture_output=True
    )
    if run.returncode:
        sys.exit(case["name"] + ": " + run.stderr.decode())
    return json.loads(run.stdout)


def case_file(case, folder, extension):
    return os.path.join(folder, "%d.%s" % (case["number"], extension))


def main(folder, target):
    with open(os.path.join(folder, "cases.json"), encoding="utf-8") as file:
        cases = json.load(file)
    if target in ("sqlite", "duckdb", "postgresql"):
        answers, forms = globals()[target], ["typed", "texts"]
    else:
        answers, forms = importlib.import_module(target + "_answers").answers, ["typed"]
    count, rows = 0, 0
    for case in cases:
        count += 1
        for types in forms:
            found = answers(case, types, folder)
            rows += len(found)
            if len(found) != len(case["expected"]):
                sys.exit("%s: %d answers" % (case["name"], len(found)))
            for row, (one, expected) in enumerate(zip(found, case["expected"])):
                if one != expected:
                    sys.exit(
                        "%s, %s, row %d: %r instead of %r: %r"
                        % (case["name"], types, row, one, expected, case["rows"][row])
                    )
    print("%s: %d rule sets, %d answers, all equal" % (target, count, rows))


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    main(*sys.argv[1:])
