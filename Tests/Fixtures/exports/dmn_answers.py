"""Evaluates the part of DMN 1.3 that an exported decision table uses: input data, decisions with
literal expressions, a table of hit policy FIRST, and FEEL with decimal numbers of 34 digits."""

import decimal
import os
import re
import xml.etree.ElementTree as tree

from decimal import Decimal

NAMESPACE = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
decimal.setcontext(decimal.Context(prec=34))
TOKEN = re.compile(
    r'\s*("(?:[^"\\]|\\.)*"|[0-9]+(?:\.[0-9]+)?|[A-Za-z_][A-Za-z0-9_]*'
    r"|\.\.|!=|<=|>=|[-+*/()\[\],<>=])",
    re.DOTALL,
)
ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


class Parser:
    """Turns FEEL text into functions of the variables."""

    def __init__(self, text):
        self.tokens, position = [], 0
        text = text.rstrip()
        while position < len(text):
            match = TOKEN.match(text, position)
            assert match, text[position:]
            self.tokens.append(match.group(1))
            position = match.end()
        self.place = 0

    def peek(self):
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def next(self, expected=None):
        token = self.peek()
        assert token is not None and expected in (None, token), (expected, token, self.tokens)
        self.place += 1
        return token

    def accept(self, token):
        if self.peek() == token:
            self.place += 1
            return True
        return False

    def whole(self):
        result = self.expression()
        assert self.peek() is None, self.tokens
        return result

    def expression(self):
        if self.accept("if"):
            condition = self.expression()
            self.next("then")
            first = self.expression()
            self.next("else")
            second = self.expression()
            return lambda row: first(row) if condition(row) is True else second(row)
        if self.accept("for"):
            name = self.next()
            self.next("in")
            items = self.expression()
            self.next("return")
            body = self.expression()
            return lambda row: [body({**row, name: one}) for one in items(row)]
        return self.alternatives()

    def alternatives(self):
        result = self.conjunction()
        while self.accept("or"):
            result = self.joined(result, self.conjunction(), any)
        return result

    def conjunction(self):
        result = self.comparison()
        while self.accept("and"):
            result = self.joined(result, self.comparison(), all)
        return result

    @staticmethod
    def joined(first, second, how):
        return lambda row: how((first(row) is True, second(row) is True))

    def comparison(self):
        first = self.sum()
        if self.peek() in ("=", "!=", "<", "<=", ">", ">="):
            sign, second = self.next(), self.sum()
            return lambda row: compare(sign, first(row), second(row))
        return first

    def sum(self):
        result = self.product()
        while self.peek() in ("+", "-"):
            result = self.operation(self.next(), result, self.product())
        return result

    def product(self):
        result = self.signed()
        while self.peek() in ("*", "/"):
            result = self.operation(self.next(), result, self.signed())
        return result

    @staticmethod
    def operation(sign, first, second):
        how = {
            "+": lambda a, b: a + b, "-": lambda a, b: a - b,
            "*": lambda a, b: a * b, "/": lambda a, b: a / b,
        }[sign]

        def result(row):
            one, other = first(row), second(row)
            return None if one is None or other is None else how(one, other)

        return result

    def signed(self):
        if self.accept("-"):
            inner = self.signed()
            return lambda row: -inner(row)
        result = self.primary()
        while self.accept("["):
            result = self.item(result, self.expression())
            self.next("]")
        return result

    @staticmethod
    def item(items, index):
        return lambda row: items(row)[int(index(row)) - 1]

    def primary(self):
        token = self.next()
        if token == "(":
            result = self.expression()
            self.next(")")
            return result
        if token == "[":
            items = []
            while not self.accept("]"):
                items.append(self.expression())
                if self.peek() != "]":
                    self.next(",")
            return lambda row: [one(row) for one in items]
        if token[0] == '"':
            text = re.sub(r"\\(.)", lambda one: ESCAPES[one.group(1)], token[1:-1], flags=re.DOTALL)
            return lambda row: text
        if token[0].isdigit():
            number = Decimal(token)
            return lambda row: number
        if token in ("null", "true", "false"):
            constant = {"null": None, "true": True, "false": False}[token]
            return lambda row: constant
        if self.accept("("):
            arguments = [self.expression()]
            while self.accept(","):
                arguments.append(self.expression())
            self.next(")")
            function = {
                "exp": lambda x: x.exp(), "log": lambda x: x.ln(), "abs": abs,
                "max": max, "min": min,
            }[token]
            return lambda row: function(*[one(row) for one in arguments])
        return lambda row: row[token]

    def tests(self):
        """Unary tests: whether a value satisfies one of them."""
        if self.accept("-") and self.peek() is None:
            return lambda value: True
        self.place = 0
        if self.accept("not"):
            self.next("(")
            tests = self.alternative_tests()
            self.next(")")
            assert self.peek() is None
            return lambda value: not any(one(value) for one in tests)
        tests = self.alternative_tests()
        assert self.peek() is None, self.tokens
        return lambda value: any(one(value) for one in tests)

    def alternative_tests(self):
        tests = [self.test()]
        while self.accept(","):
            tests.append(self.test())
        return tests

    def test(self):
        if self.peek() in ("<", "<=", ">", ">="):
            sign, bound = self.next(), self.signed()({})
            return lambda value: compare(sign, value, bound) is True
        if self.accept("("):
            low = self.signed()({})
            self.next("..")
            high = self.signed()({})
            self.next("]")
            return lambda value: value is not None and low < value <= high
        if self.accept("not"):
            self.next("(")
            inner = self.alternative_tests()
            self.next(")")
            return lambda value: not any(one(value) for one in inner)
        equal = self.signed()({})
        return lambda value: value == equal


def compare(sign, first, second):
    if sign == "=":
        return first == second
    if sign == "!=":
        return first != second
    if first is None or second is None:
        return None
    return {
        "<": first < second, "<=": first <= second, ">": first > second, ">=": first >= second
    }[sign]


def text(element):
    return element.find(NAMESPACE + "text").text


def answers(case, types, folder):
    root = tree.parse(os.path.join(folder, "%d.dmn" % case["number"])).getroot()
    assert root.tag == NAMESPACE + "definitions"
    inputs = root.findall(NAMESPACE + "inputData")
    assert [one.get("label") for one in inputs] == [
        one["name"] for one in case["columns"] if one["isRead"]
    ]
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    steps, known = [], {one.get("id") for one in inputs}
    for decision in root.findall(NAMESPACE + "decision"):
        for required in decision.iter():
            if required.get("href"):
                assert required.get("href")[1:] in known, required.get("href")
        known.add(decision.get("id"))
        literal = decision.find(NAMESPACE + "literalExpression")
        if literal is not None:
            steps.append((decision.get("name"), Parser(text(literal)).whole()))
        else:
            table = decision.find(NAMESPACE + "decisionTable")
    assert table.get("hitPolicy") == "FIRST"
    columns = [
        Parser(text(one.find(NAMESPACE + "inputExpression"))).whole()
        for one in table.findall(NAMESPACE + "input")
    ]
    assert [one.get("name") for one in table.findall(NAMESPACE + "output")] == ["class", "rule"]
    rules = [
        (
            [Parser(text(one)).tests() for one in rule.findall(NAMESPACE + "inputEntry")],
            [Parser(text(one)).whole()({}) for one in rule.findall(NAMESPACE + "outputEntry")],
        )
        for rule in table.findall(NAMESPACE + "rule")
    ]
    assert all(len(tests) == len(columns) for tests, _ in rules)
    names = {one.get("label"): one.get("name") for one in inputs}
    assert len(set(names.values())) == len(names)
    found = []
    for cells in case["rows"]:
        row = {}
        for column, cell in zip(case["columns"], cells):
            if column["name"] in names:
                number = isinstance(cell, (int, float))
                row[names[column["name"]]] = Decimal(repr(cell)) if number else cell
        for name, step in steps:
            assert name not in row
            row[name] = step(row)
        values = [column(row) for column in columns]
        for tests, outputs in rules:
            if all(test(one) for test, one in zip(tests, values)):
                found.append(outputs)
                break
    return found
