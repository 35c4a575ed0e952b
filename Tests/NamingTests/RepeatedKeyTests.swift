import Foundation
import Naming
import Testing

@Suite struct RepeatedKeyTests {
  @Test(arguments: [
    (#"{"seed": 7, "seed": 8}"#, "seed"),
    (#"{"a": {"b": 1, "c": 2, "b": 3}}"#, "a.b"),
    (#"{"a": [{"b": 1}, {"c": [0, {"b": 1, "b": 2}]}]}"#, "a[1].c[1].b"),
    (#"[1, {"x\"y": 1, "x\u0022y": 2}]"#, #"[1].x"y"#),
    (#"{"a" : "b", "b": "a", "a": null}"#, "a"),
    (#"{"": 1, "": 2}"#, ""),
  ])
  func theFirstRepeatedKeyIsFound(json: String, path: String) {
    #expect(RepeatedKey.path(in: Data(json.utf8)) == path)
    #expect(throws: RepeatedKey(file: "s.json", path: path)) {
      try RepeatedKey.check(Data(json.utf8), named: "s.json")
    }
  }

  @Test(arguments: [
    "", "7", #""seed""#, #"{"a": 1, "b": 1, "A": 1}"#, #"[{"a": 1}, {"a": 2}]"#,
    #"{"a": {"a": {"a": 1}}, "b": ["a", "a"]}"#, #"{"a": "{\"b\": 1, \"b\": 2}"}"#, #"{"a": "#,
    #"{"a", "a"}}}"]"#, #"{"a\"#,
  ])
  func otherTextsHaveNone(json: String) {
    let isMalformed = json == #"{"a", "a"}}}"]"#
    #expect((RepeatedKey.path(in: Data(json.utf8)) == nil) != isMalformed)
  }

  @Test func theMessageNamesTheKey() {
    let error = RepeatedKey(file: "s.json", path: "network.batch")
    #expect(error.errorDescription == "s.json: 'network.batch' is given twice")
    #expect(error.recoverySuggestion == "remove one of the two")
  }

  @Test(arguments: [
    ("1e999", Data.JSONProblem.number("1e999")), ("-1e400", .number("-1e400")),
    ("1.5", .numberOfOtherType), ("18446744073709551616", .numberOfOtherType), ("x", .notJSON),
    ("1, }", .notJSON), ("", .notJSON),
  ])
  func aNumberThatDoesNotFitIsNoFaultOfTheSyntax(text: String, problem: Data.JSONProblem) {
    let json = Data(#"{"a": \#(text)}"#.utf8)
    #expect(throws: DecodingError.self) {
      _ = try JSONDecoder().decode([String: Int].self, from: json)
    }
    #expect(json.jsonProblem == problem)
  }
}
