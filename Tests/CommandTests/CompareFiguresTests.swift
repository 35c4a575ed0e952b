import Foundation
import Testing

/// The figures of a comparison: those of the single prunings, and their means.
@Suite struct CompareFiguresTests {
  private struct Compared: Decodable {
    struct Parent: Decodable {
      var seed, parameters, multiplications, fileBytes: Int
      var accuracy: Share
    }
    struct Cell: Decodable {
      var method: String
      var point: Double
      var seed: Int
      var figures: Figures?
    }
    struct Figures: Decodable {
      var parameters, multiplications, neurons, fileBytes, changedByCompaction: Int
      var accuracy, agreement: Share
      var accuracyCut, largestDifference: Double
    }
    var parents: [Parent]
    var cells: [Cell]
  }

  private let rows: NoisyRows

  init() throws { rows = try NoisyRows() }

  private func percent(_ value: Double) -> String { String(format: "%.2f", value * 100) }

  private func words(_ values: [Double]) -> String {
    let mean = values.reduce(0, +) / 3
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return percent(mean) + " ± " + percent((squares / 2).squareRoot())
  }

  @Test func figuresAreThoseOfSinglePruningsAndMeansThoseOfTheSeeds() throws {
    try withFolder { place in
      let run = try Program(
        "compare", rows.file, "--model", rows.network, "--methods", "l1-filter", "--keep",
        "0.6,0.3", "--seeds", "3", "--recovery", "none", "-o", "c", "--json", "--quiet",
        in: place)
      let compared = try decode(run, as: Compared.self)
      #expect(compared.cells.count == 12 && compared.parents.map(\.seed) == [42, 43, 44])
      // The training set of the network differs from those of seeds 43 and 44.
      let whole = try rows.model(rows.network)
      #expect(
        compared.parents[0].accuracy
          == Share(predictions(whole, rows.heldOut), labels(rows.heldOut)))
      for (method, point, seed) in [("l1-filter", 0.3, 42), ("random", 0.6, 43)] {
        let single = try Program(
          "prune", rows.network, rows.file, "--method", method, "--keep", "\(point)",
          "--recovery", "none", "--seed", "\(seed)", "-o", "\(method).onnx", "--json", "--quiet",
          in: place)
        let pruned = try decode(single, as: Pruned.self)
        let cell = try #require(
          compared.cells.first { $0.method == method && $0.point == point && $0.seed == seed })
        let figures = try #require(cell.figures)
        #expect(figures.parameters == pruned.after.parameters)
        #expect(figures.multiplications == pruned.after.multiplications)
        #expect(figures.neurons == pruned.after.neurons)
        #expect(figures.fileBytes == pruned.after.fileBytes)
        #expect(figures.accuracy == pruned.after.accuracy)
        #expect(figures.agreement == pruned.agreement)
        #expect(figures.largestDifference == pruned.equality.largestRelative)
        #expect(figures.changedByCompaction == pruned.equality.changedAnswers)
        #expect(figures.accuracyCut == pruned.rounds.last?.accuracyCut)
        #expect(figures.accuracyCut != Double(figures.accuracy.count) / 60)
        let parent = try #require(compared.parents.first { $0.seed == seed })
        #expect(parent.parameters == pruned.before.parameters)
        #expect(parent.multiplications == pruned.before.multiplications)
        #expect(parent.fileBytes == pruned.before.fileBytes)
        #expect(parent.accuracy == pruned.before.accuracy)
      }

      let text = try String(
        contentsOf: place.appendingPathComponent("c/compare.md"), encoding: .utf8)
      let lines = text.split(separator: "\n").map(String.init)
      func own(_ method: String, _ point: Double) -> [Compared.Figures] {
        compared.cells.filter { $0.method == method && $0.point == point }.compactMap(\.figures)
      }
      func accuracies(_ method: String, _ point: Double) -> [Double] {
        own(method, point).map { Double($0.accuracy.count) / Double($0.accuracy.total) }
      }
      let won = [0.6, 0.3].count { point in
        accuracies("l1-filter", point).reduce(0, +) > accuracies("random", point).reduce(0, +)
      }
      for method in ["random", "l1-filter"] {
        let means = [0.6, 0.3].map { words(accuracies(method, $0)) }
        let last = method == "random" ? "–" : "\(won) of 2"
        #expect(lines.contains("| \(method) | \(means[0]) | \(means[1]) | \(last) |"), "\(text)")
        let cuts = [0.6, 0.3].map { point in words(own(method, point).map(\.accuracyCut)) }
        #expect(lines.contains("| \(method) | \(cuts[0]) | \(cuts[1]) |"), "\(text)")
        for point in [0.6, 0.3] {
          func median(_ value: (Compared.Figures) -> Int) -> Int {
            own(method, point).map(value).sorted()[1]
          }
          let agreement = own(method, point).map {
            Double($0.agreement.count) / Double($0.agreement.total)
          }.sorted()[1]
          #expect(
            lines.contains(
              "| \(method) | \(Int(point * 100)) % | \(median(\.parameters)) | "
                + "\(median(\.multiplications)) | \(median(\.neurons)) | "
                + "\(median(\.fileBytes)) | \(percent(agreement)) % |"), "\(text)")
        }
      }
      // The page has the same rows.
      let page = try String(
        contentsOf: place.appendingPathComponent("c/compare.html"), encoding: .utf8)
      func cells(_ row: String) -> [String] {
        row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      }
      let drawn = page.replacing("\u{A0}", with: " ").split(separator: "\n")
        .filter { $0.hasPrefix("<tr><th scope=\"row\">") }
        .map { cells(String($0.replacing(/<[^>]*>/, with: "|"))) }
      #expect(
        drawn
          == lines.filter { $0.hasPrefix("| random |") || $0.hasPrefix("| l1-filter |") }.map(cells)
      )
      #expect(drawn.count == 8)
      let manifest = try String(
        contentsOf: place.appendingPathComponent("c/manifest.json"), encoding: .utf8)
      #expect(manifest.contains("\"name\" : \"compare.html\""))
      for parent in compared.parents {
        let accuracy = Double(parent.accuracy.count) / Double(parent.accuracy.total)
        #expect(
          lines.contains(
            "- before pruning, seed \(parent.seed): \(parent.parameters) parameters, "
              + "\(parent.multiplications) MACs per sample, \(parent.fileBytes) bytes, "
              + "\(percent(accuracy)) % accuracy on 60 held-out rows"))
      }
      let largest = compared.cells.compactMap { $0.figures?.largestDifference }.max() ?? 0
      #expect(
        text.contains("by at most \(String(format: "%.2g", largest)) of the largest output"))
    }
  }

  /// Sums so long that their order differs in the smaller network. Nothing is pruned at the first
  /// point, which is a tie and not a win.
  @Test func differencesAreRelativeToTheLargestOutputAndTiesAreNoWins() throws {
    try withFolder { place in
      let trained = try Program(
        "train", "digits", "--hidden", "1500,20", "--epochs", "1", "-o", "net.onnx", "--quiet",
        in: place)
      #expect(trained.code == 0, "\(trained.errorOutput)")
      let run = try Program(
        "compare", "digits", "--model", "net.onnx", "--methods", "l1-filter", "--keep", "1,0.6",
        "--seeds", "1", "--recovery", "none", "-o", "c", "--json", "--quiet", in: place)
      let compared = try decode(run, as: Compared.self)
      let single = try Program(
        "prune", "net.onnx", "digits", "--method", "l1-filter", "--keep", "0.6", "--recovery",
        "none", "-o", "small.onnx", "--json", "--quiet", in: place)
      let equality = try decode(single, as: Pruned.self).equality
      // Where a processor's products add one term after the other, zeros change nothing.
      #expect(
        equality.largestAbsolute == 0 && equality.largestRelative == 0
          || equality.largestAbsolute != equality.largestRelative)
      func figures(_ method: String, _ point: Double) throws -> Compared.Figures {
        let cell = compared.cells.first { $0.method == method && $0.point == point }
        return try #require(cell?.figures)
      }
      #expect(try figures("l1-filter", 0.6).largestDifference == equality.largestRelative)
      #expect(try figures("l1-filter", 1).accuracy == figures("random", 1).accuracy)
      let won = try figures("l1-filter", 0.6).accuracy.count > figures("random", 0.6).accuracy.count
      let text = try String(
        contentsOf: place.appendingPathComponent("c/compare.md"), encoding: .utf8)
      #expect(text.contains("| \(won ? 1 : 0) of 2 |"), "\(text)")
      // The first point has none.
      let largest = compared.cells.compactMap { $0.figures?.largestDifference }.max() ?? 0
      #expect(
        text.contains("by at most \(String(format: "%.2g", largest)) of the largest output"))
    }
  }
}
