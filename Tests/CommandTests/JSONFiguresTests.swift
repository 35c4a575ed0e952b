import Datasets
import Foundation
import ModelFiles
import Networks
import Tensors
import Testing

/// The figures of `--json`, counted again from the files that the commands read and wrote.
@Suite struct JSONFiguresTests {
  private let rows: NoisyRows
  private var table: Table { rows.table }
  private var heldOut: Table { rows.heldOut }

  init() throws { rows = try NoisyRows() }

  @Test func trainSaysWhatTheWrittenNetworkIsRightOn() throws {
    struct Trained: Decodable {
      var model: String
      var accuracy: Share
      var summary: [String]
    }
    let trained = try decode(rows.train, as: Trained.self)
    let right = Share(try predictions(rows.model(rows.network), heldOut), labels(heldOut))
    #expect(trained.model == "net.onnx" && trained.accuracy == right)
    #expect(right.total == 60 && right.count > 20 && right.count < 60)
    // 3 · 32 + 32, 32 · 12 + 12 and 12 · 3 + 3 parameters.
    #expect(
      trained.summary.prefix(2) == [
        "3 inputs, dense 32, relu, dense 12, sigmoid, dense 3: 563 parameters, 5 epochs",
        "accuracy: \(right.count) of 60 held-out rows (20 % of the rows, stratified by class)",
      ])
    #expect(trained.summary.count == 3)
    #expect(trained.summary.last?.hasPrefix("chosen: a hidden layer of 32 units, ") == true)
  }

  private func prune(_ place: URL) throws -> Pruned {
    try decode(
      try Program(
        "prune", rows.network,
        rows.file, "--method", "l1-filter", "--keep", "0.4",
        "--recovery", "none", "-o", "small.onnx", "--json", "--quiet", in: place),
      as: Pruned.self)
  }

  @Test func pruneCountsBothNetworksOnTheSameRows() throws {
    try withFolder { place in
      let pruned = try prune(place)
      let (whole, small) = (
        try rows.model(rows.network),
        try rows.model(place.appendingPathComponent("small.onnx").path)
      )
      let (before, after) = (predictions(whole, heldOut), predictions(small, heldOut))
      let truth = labels(heldOut)
      // Otherwise the figures below would be equal.
      #expect(before != after && before != truth && after != truth)
      #expect(pruned.method == "l1-filter" && pruned.seed == 42)
      #expect(pruned.before.accuracy == Share(before, truth))
      #expect(pruned.after.accuracy == Share(after, truth))
      #expect(pruned.agreement == Share(before, after))
      for name in NoisyRows.classes {
        let rows = before.indices.filter { before[$0] == name }
        #expect(
          pruned.agreementByClass[name]
            == Share(rows.count { after[$0] == name }, of: rows.count))
      }
      // Rows are numbered as in the file, not among the held-out rows.
      let flips = before.indices.filter { before[$0] != after[$0] }
      #expect(pruned.changedAnswers == flips.count)
      #expect(
        pruned.changed
          == flips.prefix(50).map {
            .init(
              row: heldOut.rowNumbers[$0], label: truth[$0], before: before[$0], after: after[$0])
          })

      for (side, model, file) in [
        (pruned.before, whole, URL(fileURLWithPath: rows.network)),
        (pruned.after, small, place.appendingPathComponent("small.onnx")),
      ] {
        let widths = side.widths
        #expect(
          widths
            == model.network.parameters.compactMap { own in
              own.first { $0.role == .weight }?.value.shape.dimensions.last
            })
        let weights = zip([side.inputs] + widths, widths).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(side.weights == weights && side.multiplications == weights)
        #expect(side.parameters == weights + widths.reduce(0, +))
        #expect(side.neurons == widths.dropLast().reduce(0, +))
        #expect(side.inputs == 3)
        #expect(try side.fileBytes == Data(contentsOf: file).count)
      }
      #expect(pruned.before.widths == [32, 12, 3])
      let compressed = try Program(
        "prune", place.appendingPathComponent("small.onnx").path,
        rows.file, "--keep", "1", "--recovery", "none", "-o",
        "same.espalier", "--quiet", in: place)
      #expect(compressed.code == 0, "\(compressed.errorOutput)")
      #expect(
        try pruned.after.codedBytes
          == Data(contentsOf: place.appendingPathComponent("same.espalier")).count)
      let sizes: [(String, Int, Int)] = [
        ("parameters", pruned.before.parameters, pruned.after.parameters),
        ("weights", pruned.before.weights, pruned.after.weights),
        ("multiplications", pruned.before.multiplications, pruned.after.multiplications),
        ("fileBytes", pruned.before.fileBytes, pruned.after.fileBytes),
      ]
      for (key, before, after) in sizes {
        #expect(pruned.ratios[key] == Double(before) / Double(after))
      }
      let last = try #require(pruned.rounds.last)
      #expect(last.round == pruned.rounds.count && last.of == last.round)
      #expect(last.cost.parameters == pruned.after.parameters)
      #expect(last.cost.multiplications == pruned.after.multiplications)
      #expect(last.cost.neurons == pruned.after.neurons && last.cost.inputs == 3)
      #expect(
        pruned.rounds.reduce(0) { $0 + $1.removed } == pruned.before.neurons - pruned.after.neurons)
      #expect(pruned.rounds.allSatisfy { (0...1).contains($0.accuracy) })
      #expect(try pruned.ratios["latency"] == 1 / #require(pruned.latency).ratio)
      #expect(pruned.equality.changedAnswers == 0)
      // The relative difference is the absolute one over the largest output, on rows other than the
      // held-out ones.
      if pruned.equality.largestRelative > 0 {
        let largest = pruned.equality.largestAbsolute / pruned.equality.largestRelative
        let most = small.outputs(for: table).elements.map { Double(abs($0)) }.max() ?? 0
        #expect(largest > most / 4 && largest < most * 1.001)
      }
    }
  }

  /// Of more than fifty rows with another prediction the first fifty are listed.
  @Test func pruneListsTheFirstFiftyChangedRows() throws {
    try withFolder { place in
      try FileManager.default.copyItem(
        atPath: rows.file, toPath: place.appendingPathComponent("held.csv").path)
      let run = try Program(
        "prune", rows.network, rows.file, "--held-out", "held.csv", "--method", "l1-filter",
        "--keep", "0.1", "--recovery", "none", "-o", "small.onnx", "--json", "--quiet", in: place)
      let pruned = try decode(run, as: Pruned.self)
      let (before, after) = (
        try predictions(rows.model(rows.network), table),
        try predictions(rows.model(place.appendingPathComponent("small.onnx").path), table)
      )
      let flips = before.indices.filter { before[$0] != after[$0] }
      #expect(flips.count > 50 && pruned.changedAnswers == flips.count)
      #expect(pruned.changed.map(\.row) == flips.prefix(50).map { $0 + 1 })
    }
  }

  @Test func theErrorOfAPrunedRegressionIsTheRootOfTheMeanSquare() throws {
    try withFolder { place in
      var text = "u,v,price\n"
      for row in 0..<200 {
        let (u, v) = (Double(row * 37 % 101) / 10, Double(row * 53 % 89) / 10)
        text += "\(u),\(v),\(3 * u - v + Double(row % 5))\n"
      }
      let file = place.appendingPathComponent("rows.csv")
      try Data(text.utf8).write(to: file)
      for name in ["rows.csv", "held.csv"] {
        try Data(text.utf8).write(to: place.appendingPathComponent(name))
      }
      let trained = try Program(
        "train", "rows.csv", "-o", "net.onnx", "--epochs", "8", "--quiet", in: place)
      #expect(trained.code == 0, "\(trained.errorOutput)")
      let run = try Program(
        "prune", "net.onnx", "rows.csv", "--held-out", "held.csv", "--keep", "0.3", "--recovery",
        "none", "-o", "small.onnx", "--json", "--quiet", in: place)
      let pruned = try decode(run, as: Pruned.self)
      let data = try DataSource.load(file.path, options: ReadingOptions()).table
      for (side, name) in [(pruned.before, "net.onnx"), (pruned.after, "small.onnx")] {
        let model = try ModelFile.read(place.appendingPathComponent(name)).model(for: data.schema)
        let squares = zip(model.numbers(from: model.outputs(for: data)), data.numbers).map {
          ($0 - $1) * ($0 - $1)
        }
        let error = (squares.reduce(0, +) / 200).squareRoot()
        #expect(abs(try #require(side.error) - error) < 1e-4 * error)
      }
      #expect(pruned.before.error != pruned.after.error)
    }
  }

  @Test func fidelityCountsRulesAndNetworkRowByRow() throws {
    struct Measured: Decodable {
      var rows: Int
      var fidelity: Share
      var byClass: [String: Share]
      var majorityBaseline: Share
      var answered: Share
      var accuracy: [String: Share]
    }
    try withFolder { place in
      // The rules of another network, which disagree with this one.
      let explain = try Program(
        "explain", rows.file, "-o", "r", "--epochs", "3",
        "--max-rules", "3", "--seed", "3", "--quiet", in: place)
      #expect(explain.code == 0, "\(explain.errorOutput)")
      let result = try ResultFolder(place.appendingPathComponent("r"))
      let run = try Program(
        "fidelity", "r", rows.network,
        rows.file, "--json", "--quiet", in: place)
      let measured = try decode(run, as: Measured.self)
      let text = try String(contentsOfFile: rows.file, encoding: .utf8)
      let rules = try plainRows(text).map { try result.prediction($0) }
      let network = try predictions(rows.model(rows.network), table)
      let truth = labels(table)
      #expect(rules != network && rules != truth && network != truth)
      #expect(measured.rows == 300 && measured.fidelity == Share(rules, network))
      for name in NoisyRows.classes {
        let rows = network.indices.filter { network[$0] == name }
        #expect(
          measured.byClass[name] == Share(rows.count { rules[$0] == name }, of: rows.count))
      }
      let most = NoisyRows.classes.map { name in network.count { $0 == name } }.max() ?? 0
      #expect(measured.majorityBaseline == Share(most, of: 300))
      #expect(
        measured.accuracy == ["network": Share(network, truth), "rules": Share(rules, truth)])
      // Another default class changes the predictions of the default rule.
      var other = result.json
      other["defaultClass"] = "none"
      let changed = ResultFolder(place.appendingPathComponent("r"), json: other)
      let byDefault = try plainRows(text).count { try changed.prediction($0) == "none" }
      #expect(byDefault > 0 && measured.answered == Share(300 - byDefault, of: 300))

      // The text output: the Wilson interval of the same count, and each class.
      let words = try Program("fidelity", "r", rows.network, rows.file, in: place)
      let (n, z) = (300.0, 1.959964)
      let share = Double(measured.fidelity.count) / n
      let center = (share + z * z / (2 * n)) / (1 + z * z / n)
      let half = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
      let bounds = [center - half, center + half].map { String(format: "%.1f", $0 * 100) }
      func counted(_ share: Share) -> String {
        guard share.total > 0 else { return "no row" }
        let percent = Double(share.count) / Double(share.total) * 100
        return "\(share.count) of \(share.total) rows (\(String(format: "%.1f", percent)) %)"
      }
      let classes = measured.byClass.sorted { $0.key < $1.key }.map { name, share in
        "  where the network predicts '\(name)': \(counted(share))\n"
      }
      #expect(
        words.output == """
          The rules over columns agree with the network on \(counted(measured.fidelity)), \
          95 % interval \(bounds[0]) to \(bounds[1]) %.
          Always predicting the network's majority class would agree on \
          \(counted(measured.majorityBaseline)).

          """ + classes.joined())
    }
  }

  @Test func featuresPrintsThresholdsSharesAndDriversOfTheNetwork() throws {
    struct Entry: Decodable {
      struct Driver: Decodable {
        var input: String
        var strength: Double
        var sign: Int
      }
      var id: String
      var neuron: String
      var threshold: Double
      var activeShare: Double
      var drivers: [Driver]
    }
    let network = try Network(
      Architecture(input: [3]) {
        Dense(2)
        Activation(.sigmoid)
        Dense(3)
      },
      parameters: [
        [
          Parameter(.weight, Tensor([2, 0, -1, 0, 0, -4], shape: [3, 2])),
          Parameter(.bias, Tensor([-8, 10], shape: [2])),
        ], [],
        [
          Parameter(.weight, Tensor([1, 2, 3, 3, 2, 1], shape: [2, 3])),
          Parameter(.bias, Tensor([0, 0, 0], shape: [3])),
        ],
      ])
    let model = try Model(
      schema: table.schema, encoding: .identity(for: table.schema), network: network,
      head: .softmax)
    try withFolder { place in
      try ModelFile.write(model, to: place.appendingPathComponent("net.onnx"))
      let entries = try decode(
        Program(
          "features", "net.onnx", rows.file, "--method", "mean-gradient", "--json", "--quiet",
          in: place), as: [Entry].self)
      let columns = table.columns.map { column in (0..<300).map { column[$0] } }
      func spread(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / 300
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 300).squareRoot()
      }
      // F1 = sigmoid(2p - q - 8), F2 = sigmoid(10 - 4r).
      #expect(entries.map(\.id) == ["F1", "F2"] && entries.map(\.threshold) == [0.5, 0.5])
      #expect(entries.map(\.neuron) == ["activation-1:0", "activation-1:1"])
      let active = [
        (0..<300).count { 2 * columns[0][$0] - columns[1][$0] > 8 },
        (0..<300).count { 4 * columns[2][$0] < 10 },
      ]
      for (entry, count) in zip(entries, active) {
        #expect(abs(entry.activeShare - Double(count) / 300) < 0.5e-6)
      }
      #expect(entries.map { $0.drivers.map(\.input) } == [["p", "q"], ["r"]])
      #expect(entries.map { $0.drivers.map(\.sign) } == [[1, -1], [-1]])
      let strengths = entries.map { $0.drivers.map(\.strength) }
      #expect(strengths[0][0] == 1 && strengths[1] == [1])
      #expect(abs(strengths[0][1] - spread(columns[1]) / (2 * spread(columns[0]))) < 2e-4)
    }
  }
}
