import ArgumentParser
import Experiments
import Foundation
import Naming
import Pruning
import Reports

extension Comparison.Measure: ExpressibleByArgument {}

/// Compares pruning methods.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare pruning methods with a random-pruning baseline.",
    discussion: """
      Examples:
        espalier compare digits
        espalier compare mnist --architecture lenet-300-100 --methods taylor,l1-filter --seeds 3
        espalier compare june.csv --model loans.onnx --keep 0.8,0.4,0.2 -o compared

      Every method prunes the same networks to the same values of --keep, once per seed.
      Without --recovery-epochs and --rounds, each fine-tunes for its own number of epochs.
      --resume continues an interrupted comparison.
      """)

  @OptionGroup var source: DataOptions
  @Option(help: "An .onnx or .espalier file to prune; no network is trained.")
  var model: String?
  @Option(
    help: "Pruning methods, see 'espalier list methods' (default: all that apply to any network).")
  var methods: NameList?
  @Option(help: "Fractions to keep, comma-separated (default: 0.5,0.25,0.125,0.0625,0.03125).")
  var keep: NumberList?
  @Option(help: "The quantity that the fractions of --keep refer to.")
  var by = Comparison.Measure.parameters
  @Option(help: "Number of consecutive random seeds, starting at --seed.")
  var seeds = 3
  @Option(
    help: "A folder of an earlier comparison whose results are reused; may be repeated.")
  var known: [String] = []
  @Option(name: .shortAndLong, help: "The output folder (default: DATA-compared).")
  var output: String?
  @OptionGroup(title: "Pruning") var pruning: PruningFlags
  @OptionGroup(title: "Run") var steps: RunOptions
  @OptionGroup(title: "Network") var network: NetworkFlags
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  mutating func validate() throws {
    try check(.seeds, seeds)
    for share in keep?.numbers ?? [] { try check(.keep, share) }
    try pruning.checkHyperparameters(of: methods?.names ?? Self.usual, option: "--methods")
  }

  func run() throws {
    var settings = try steps.settings(for: source)
    if let model { settings.experiment.model = model }
    network.apply(to: &settings.experiment.network)
    let first = settings.experiment.seed
    let comparison = try Comparison(
      settings.experiment, methods: methods?.names ?? Self.usual, measure: by,
      points: keep?.numbers ?? [0.5, 0.25, 0.125, 0.0625, 0.03125],
      seeds: (0..<UInt64(seeds)).map { first &+ $0 }, options: pruning.options)
    let name =
      output
      ?? Explain.folderName(for: source.data)
      .replacingOccurrences(of: "-espalier", with: "-compared")
    let folder = OutputFolder(name)
    var conflicts = OutputConflicts()
    conflicts.writes(name, as: "--output")
    conflicts.reads(settings.experiment, config: steps.config)
    for folder in known { conflicts.reads(folder, as: "a known comparison") }
    try conflicts.check()
    if steps.dryRun {
      let lines =
        try settings.experiment.plan(includesRules: false, selects: false, names: .options) + [
          "methods: " + comparison.methods.joined(separator: ", "),
          "\(comparison.points.count) points, \(comparison.seeds.count) seeds",
          "write the comparison to '\(name)'",
        ]
      return try console.write(plan: lines)
    }
    try folder.check(force: steps.force)
    let earlier = try known.map(Self.comparison)
    if !steps.resume { folder.removeCheckpoint() }
    let progress = ProgressPrinter(console.progress, quiet: console.quiet)
    defer { progress.finish() }
    let arguments = Explain.decidingArguments(CommandLine.arguments)
    var manifest: FolderManifest?
    let result: Comparison.Result
    do {
      result = try comparison.run(
        known: earlier, control: progress.control, checkpoint: folder.checkpoint,
        message: { ErrorText($0).message }
      ) { data in
        let own = FolderManifest(
          arguments: arguments, settings: comparison,
          inputs: [(name: "data", sha256: data)])
        try folder.check(force: steps.force, run: own.run)
        manifest = own
      }
    } catch let error as ComparisonError {
      if !steps.resume { folder.removeCheckpoint() }
      guard case .differs(let index) = error else { throw error }
      throw CommandFailure(
        "'\(known[index])': \(error.errorDescription ?? "")", hint: error.recoverySuggestion,
        code: 65)
    }
    progress.finish()
    let command = (["espalier"] + arguments).joined(separator: " ")
    let document = result.document(command: command)
    let markdown = try MarkdownWriter(.text).write(document)
    let json = try StandardOutput.json(result)
    var files = [
      (name: "compare.json", data: json),
      (name: "compare.html", data: Data(try HTMLWriter().write(document).utf8)),
      (name: "compare.md", data: Data(markdown.utf8)),
    ]
    files += document.images.map { (name: "\($0).svg", data: Data($1.utf8)) }
    if let manifest { files = try manifest.added(to: files) }
    try folder.write(files, force: steps.force, run: manifest?.run)
    folder.removeCheckpoint()
    if console.json { try StandardOutput.write(String(decoding: json, as: UTF8.self)) }
    try console.summarise(markdown)
  }

  /// - Throws: `CommandFailure` with code 66 when the file is missing, 65 when it is not a
  ///   comparison.
  private static func comparison(in folder: String) throws -> Comparison.Result {
    let file = folder + "/compare.json"
    guard let data = FileManager.default.contents(atPath: file) else {
      throw CommandFailure(
        "there is no comparison in '\(folder)'",
        hint: "give a folder that 'espalier compare' wrote", code: 66)
    }
    do {
      return try JSONDecoder().decode(Comparison.Result.self, from: data)
    } catch let error as DecodingError {
      throw CommandFailure(
        "\(file): not a comparison: \(ErrorText.place(of: error))",
        hint: "give a folder that 'espalier compare' wrote", code: 65)
    }
  }

  /// The methods that apply to every network.
  private static var usual: [String] {
    pruningCatalog.names.filter { ![BlockThenChannel.name].contains($0) }
  }
}

/// "taylor,random".
struct NameList: ExpressibleByArgument {
  var names: [String]

  init?(argument: String) {
    names = argument.split(separator: ",").map { String($0) }
    guard !names.isEmpty else { return nil }
  }
}
