"""Evaluates the part of PMML 4.4 that a RuleSetModel with derived fields uses, from its specification
(dmg.org/pmml/v4-4): fields in the data dictionary and the mining schema, transformations, predicates
with three truth values, and rule selection by the first hit."""

import math
import os
import xml.etree.ElementTree as tree

NAMESPACE = "{http://www.dmg.org/PMML-4_4}"


def tag(element):
    assert element.tag.startswith(NAMESPACE), element.tag
    return element.tag[len(NAMESPACE):]


def child(element, name):
    found = element.find(NAMESPACE + name)
    assert found is not None, name
    return found


FUNCTIONS = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "/": lambda a, b: a / b, "min": min, "max": max, "abs": abs, "exp": math.exp,
    "expm1": math.expm1, "ln1p": math.log1p, "tanh": math.tanh, "pow": math.pow,
    "stdNormalCDF": lambda x: math.erfc(-x / math.sqrt(2)) / 2,
    "greaterThan": lambda a, b: a > b, "lessOrEqual": lambda a, b: a <= b,
    "and": lambda a, b: a and b,
}


def value(element, row):
    kind = tag(element)
    if kind == "Constant":
        assert element.get("dataType") == "double"
        return float(element.text)
    if kind == "Apply":
        name, arguments = element.get("function"), list(element)
        if name == "isMissing":
            return value(arguments[0], row) is None
        if name == "if":
            condition = value(arguments[0], row)
            return None if condition is None else value(arguments[1 if condition else 2], row)
        values = [value(one, row) for one in arguments]
        return None if None in values else FUNCTIONS[name](*values)
    found = row[element.get("field")]
    if found is None:
        mapped = element.get("mapMissingTo")
        return None if mapped is None else float(mapped)
    if kind == "FieldRef":
        return found
    if kind == "NormDiscrete":
        return 1.0 if found == element.get("value") else 0.0
    raise AssertionError(kind)


def holds(element, row):
    """True, False, or None where it is unknown."""
    kind = tag(element)
    if kind in ("True", "False"):
        return kind == "True"
    if kind == "CompoundPredicate":
        parts = [holds(one, row) for one in element]
        assert len(parts) > 1
        if element.get("booleanOperator") == "and":
            return False if False in parts else None if None in parts else True
        assert element.get("booleanOperator") == "or"
        return True if True in parts else None if None in parts else False
    assert kind == "SimplePredicate", kind
    found, sign = row[element.get("field")], element.get("operator")
    if sign in ("isMissing", "isNotMissing"):
        return (found is None) == (sign == "isMissing")
    if found is None:
        return None
    other = element.get("value")
    if sign == "equal":
        assert isinstance(found, str)
        return found == other
    return {"greaterThan": found > float(other), "lessOrEqual": found <= float(other)}[sign]


def answers(case, types, folder):
    root = tree.parse(os.path.join(folder, "%d.pmml" % case["number"])).getroot()
    assert tag(root) == "PMML" and root.get("version") == "4.4"
    assert [tag(one) for one in root] == ["Header", "DataDictionary", "RuleSetModel"]
    fields = {one.get("name"): one for one in child(root, "DataDictionary")}
    assert len(fields) == int(child(root, "DataDictionary").get("numberOfFields"))
    model = child(root, "RuleSetModel")
    order = [tag(one) for one in model]
    assert order in (
        ["MiningSchema", "Output", "RuleSet"],
        ["MiningSchema", "Output", "LocalTransformations", "RuleSet"],
    ), order
    active = [
        one for one in child(model, "MiningSchema") if one.get("usageType", "active") == "active"
    ]
    asked = [one.get("name") for one in active]
    assert asked == [one["name"] for one in case["columns"] if one["isRead"]]
    outputs = [one.get("feature") for one in child(model, "Output")]
    assert outputs == ["predictedValue", "entityId"]
    rules = child(model, "RuleSet")
    assert child(rules, "RuleSelectionMethod").get("criterion") == "firstHit"
    classes = [one.get("value") for one in list(fields.values())[-1]]
    assert rules.get("defaultScore") in classes
    derived = model.find(NAMESPACE + "LocalTransformations")
    names = [column["name"] for column in case["columns"]]
    found = []
    for cells in case["rows"]:
        whole = dict(zip(names, cells))
        row = {}
        for one in active:
            name = one.get("name")
            cell, field = whole[name], fields[name]
            marks = [x.get("value") for x in field if x.get("property") == "missing"]
            levels = [x.get("value") for x in field if x.get("property", "valid") == "valid"]
            if cell is None or str(cell) in marks:
                row[name] = None
                continue
            assert not levels or cell in levels, "an invalid value"
            row[name] = cell
        for field in [] if derived is None else derived:
            assert field.get("name") not in row
            row[field.get("name")] = value(child(field, list(map(tag, field))[0]), row)
        answer = [rules.get("defaultScore"), None]
        for rule in rules.findall(NAMESPACE + "SimpleRule"):
            assert rule.get("score") in classes
            if holds(list(rule)[0], row) is True:
                answer = [rule.get("score"), rule.get("id")]
                break
        found.append(answer)
    return found
