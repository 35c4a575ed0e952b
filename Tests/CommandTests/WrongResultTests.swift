import Foundation
import Testing

/// Results and models that were edited, belong to other data, or are of another type.
@Suite struct WrongResultTests {
  /// An edit of an explanation and its message.
  struct Edit: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// The path of the value; numbers are indices of lists.
    var path: [String]
    /// The new JSON value; `nil` removes it.
    var value: String?
    var says: String

    init(_ name: String, _ path: String..., value: String? = nil, says: String) {
      testDescription = name
      self.path = path
      self.value = value
      self.says = says
    }

    var isOfRules: Bool { !says.hasPrefix("not an explanation") && !says.hasPrefix("schema") }

    /// Whether the edit is tried with every command.
    var isForEveryCommand: Bool {
      ["a key is missing", "a text for a list", "an unknown column"].contains(testDescription)
    }

    func applied(to explanation: Data) throws -> Data {
      let json = try JSONSerialization.jsonObject(with: explanation)
      let new = try value.map {
        try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed)
      }
      let edited = try Self.edit(json, path[...], new)
      return try JSONSerialization.data(withJSONObject: edited)
    }

    private static func edit(
      _ place: Any, _ path: ArraySlice<String>, _ value: Any?
    ) throws -> Any {
      guard let key = path.first else { return try #require(value) }
      let rest = path.dropFirst()
      if var list = place as? [Any] {
        let index = try #require(Int(key))
        list[index] = try edit(list[index], rest, value)
        return list
      }
      var object = try #require(place as? [String: Any])
      if rest.isEmpty, value == nil {
        #expect(object.removeValue(forKey: key) != nil)
      } else {
        object[key] = try edit(object[key] ?? NSNull(), rest, value)
      }
      return object
    }
  }

  private static func test(_ feature: String, _ rest: String) -> String {
    #"[{"feature": "\#(feature)", \#(rest)}]"#
  }

  private static let edits: [Edit] = [
    Edit("a key is missing", "rules", says: "not an explanation: 'rules' is missing"),
    Edit(
      "a key deep inside is missing", "fidelity", "heldOut",
      says: "not an explanation: 'heldOut' is missing at 'fidelity'"),
    Edit(
      "a text for a list", "rules", value: #""none""#,
      says: "not an explanation: a value of the wrong type at 'rules'"),
    Edit(
      "a text for a number", "rules", "0", "coverage", "count", value: #""many""#,
      says: "not an explanation: a value of the wrong type at 'rules.[0].coverage.count'"),
    Edit(
      "more than all", "fidelity", "heldOut", "count", value: "31",
      says: "not an explanation: 31 of 30 at 'fidelity.heldOut.count'"),
    Edit(
      "less than none", "fidelity", "heldOut", "count", value: "-1",
      says: "not an explanation: -1 of 30 at 'fidelity.heldOut.count'"),
    Edit(
      "more rows than can be", "rules", "0", "confidence",
      value: #"{"count": 4611686018427387904, "total": 4611686018427387904}"#,
      says: "not an explanation: 4611686018427387904 of 4611686018427387904 at "
        + "'rules.[0].confidence.count'"),
    Edit(
      "an operator that is none", "rules", "0", "if", "0", "operator", value: #""~""#,
      says: "not an explanation: '~', which is not a known value, at "
        + "'rules.[0].if.[0].operator'"),
    Edit(
      "a neuron without an index", "features", "0", "neuron", value: #""activation-1""#,
      says: "not an explanation: 'activation-1' is not a neuron, such as 'activation-2:17', at "
        + "'features.[0].neuron'"),
    Edit(
      "a version to come", "schemaVersion", value: "2",
      says: "schema version 2 where version 1 is read"),
    Edit(
      "an unknown column", "rules", "0", "if",
      value: test("colour", #""operator": ">", "value": 1"#),
      says: "rule R1 tests 'colour', which is not in the result"),
    Edit(
      "an unknown class", "rules", "0", "then", value: #""tulip""#,
      says: "rule R1 predicts 'tulip', which is not a class of the result"),
    Edit(
      "an unknown default", "defaultClass", value: #""tulip""#,
      says: "the default class 'tulip' is not a class of the result"),
    Edit(
      "levels asked of a number", "rules", "0", "if",
      value: test("petal_length", #""operator": "in", "values": ["x"]"#),
      says: "rule R1 has an invalid condition on 'petal_length'"),
    Edit(
      "a bound that is not there", "rules", "0", "if",
      value: test("petal_length", #""operator": "<=""#),
      says: "rule R1 has an invalid condition on 'petal_length'"),
    Edit(
      "bounds the wrong way round", "rules", "0", "if",
      value: test("petal_length", #""operator": "between", "bounds": [3, 1]"#),
      says: "rule R1 has an invalid condition on 'petal_length'"),
    Edit(
      "a contradiction", "rules", "0", "if",
      value: #"[{"feature": "petal_length", "operator": ">", "value": 5},"#
        + #" {"feature": "petal_length", "operator": "<=", "value": 1}]"#,
      says: "rule R1 has contradictory conditions on 'petal_length'"),
    Edit(
      "other classes", "data", "classes", value: #"["a", "b"]"#,
      says: "the classes are not those of the schema"),
    Edit(
      "an unknown hidden feature", "featureRules", "rules", "0", "if",
      value: test("F99", #""operator": ">", "value": 0.5"#),
      says: "rule R1 tests 'F99', which is not in the result"),
  ]

  @Test(arguments: edits) func aResultChangedByHandIsRefused(_ edit: Edit) throws {
    let (explanation, model) = try SmallResult.made.get()
    try withFolder { folder in
      let data = try edit.applied(to: explanation)
      try data.write(to: folder.appendingPathComponent("explanation.json"))
      try model.write(to: folder.appendingPathComponent("model.onnx"))
      let hint =
        if edit.says.hasPrefix("schema") {
          "use the version of espalier that wrote it"
        } else if edit.isOfRules {
          "the result file was edited or truncated"
        } else {
          "give an explanation.json as 'espalier explain' writes it"
        }
      var commands = [["export", ".", "--to", "python", "-o", "made.py"]]
      if edit.isForEveryCommand {
        commands += [
          ["draw", ".", "-o", "made.svg"], ["report", ".", "-o", "made"],
          ["fidelity", ".", "model.onnx", "iris"],
        ]
      }
      for command in commands {
        let run = try Program(command, in: folder)
        #expect(run.errorOutput == "error: ./explanation.json: \(edit.says)\n hint: \(hint)\n")
        #expect(run.code == 65)
        #expect(run.output.isEmpty)
      }
      #expect(try names(in: folder) == ["explanation.json", "model.onnx"])
    }
  }

  /// A command with a wrong model or wrong rows, and its message.
  private static let mismatches: [(arguments: [String], says: String, code: Int32)] = {
    let otherColumns = """
      error: the data have no column 'sepal_length'
       hint: give data with the columns that the network was trained with
      """
    let junk = """
      error: junk.onnx: the file is not an ONNX model, or is truncated
       hint: give an ONNX file, as written by torch.onnx.export or espalier train
      """
    let none = """
      error: none.onnx: cannot be read: there is no such file
       hint: give the path of a readable ONNX file
      """
    return [
      (["explain", "wine", "--model", "iris.onnx"], otherColumns, 65),
      (["features", "iris.onnx", "wine"], otherColumns, 65),
      (
        ["fidelity", "r", "iris.onnx", "wine"],
        """
        error: \(Program.home.path)/Datasets/wine/data.csv: no column named 'sepal_length', \
        'sepal_width', 'petal_length', 'petal_width'
         hint: columns are matched by name, in any order
        """, 65
      ),
      (["draw", "junk.onnx", "-o", "a.svg"], junk, 65),
      (["explain", "iris", "--model", "junk.onnx"], junk, 65),
      (["explain", "iris", "--model", "none.onnx"], none, 66),
      (["draw", "none.onnx", "-o", "a.svg"], none, 66),
      (
        ["features", "iris.onnx", "iris", "--layer", "activation-9"],
        """
        error: there is no hidden layer named 'activation-9'
         hint: did you mean 'activation-1'?
        """, 64
      ),
    ]
  }()

  @Test(arguments: mismatches) func aModelOfOtherDataIsRefused(
    _ arguments: [String], _ says: String, _ code: Int32
  ) throws {
    let (explanation, model) = try SmallResult.made.get()
    try withFolder { folder in
      let result = folder.appendingPathComponent("r")
      try FileManager.default.createDirectory(at: result, withIntermediateDirectories: false)
      try explanation.write(to: result.appendingPathComponent("explanation.json"))
      try model.write(to: folder.appendingPathComponent("iris.onnx"))
      try Data("no model at all".utf8).write(to: folder.appendingPathComponent("junk.onnx"))
      let run = try Program(arguments, in: folder)
      #expect(run.errorOutput == says + "\n")
      #expect(run.code == code)
      #expect(run.output.isEmpty)
      #expect(try names(in: folder) == ["iris.onnx", "junk.onnx", "r"])
    }
  }
}
