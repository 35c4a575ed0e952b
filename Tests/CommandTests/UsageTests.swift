import Foundation
import Testing

/// Usage errors: code 64, one error, one hint, no output on stdout.
@Suite struct UsageTests {
  @Test(arguments: [
    (
      ["explain", "iris", "--nonesuch"],
      "error: unknown option '--nonesuch'\n hint: see 'espalier explain --help'\n"
    ),
    (
      ["explain", "iris", "--sead", "3"],
      "error: unknown option '--sead'\n hint: did you mean '--seed'?\n"
    ),
    (
      ["explian", "iris"],
      "error: there is no command named 'explian'\n hint: did you mean 'explain'?\n"
    ),
    (
      ["explain"],
      "error: missing expected argument '<data>'\n hint: see 'espalier explain --help'\n"
    ),
    (
      ["explain", "iris", "wine"],
      "error: unexpected argument 'wine'\n hint: see 'espalier explain --help'\n"
    ),
    (
      ["explain", "iris", "--seed", "seven"],
      "error: --seed cannot be 'seven'\n"
        + " hint: give a whole number from 0 to 18,446,744,073,709,551,615\n"
    ),
    (
      ["explain", "iris", "--rules", "both"],
      "error: --rules cannot be 'both'\n hint: known: inputs, features, described, all\n"
    ),
    (
      ["explain", "iris", "--activation", "rellu"],
      "error: --activation cannot be 'rellu'\n hint: did you mean 'relu'?\n"
    ),
    (
      ["explain", "iris", "--held-out", "1.5"],
      "error: --held-out cannot be 1.5\n hint: give a fraction between 0 and 1, or a source of rows\n"
    ),
    (
      ["explain", "iris", "--threads", "0"],
      "error: --threads cannot be 0\n hint: give a whole number from 1 to 1,024\n"
    ),
    (
      ["explain", "iris", "--min-fidelity", "95"],
      "error: --min-fidelity cannot be 95\n hint: give a number from 0 to 1; 95 % is 0.95\n"
    ),
    (
      ["explain", "iris", "--hidden", "64,x"],
      "error: --hidden cannot be '64,x'\n"
        + " hint: give units of layers with commas, each a whole number from 1 to 65,536: 64,32\n"
    ),
    (
      ["prove", "iris"],
      "error: there is no command named 'prove'\n hint: known: explain, train, prune, compare, "
        + "predict, evaluate, why, features, fidelity, diff, inspect, draw, … (17 in all)\n"
    ),
    (
      ["report", "r", "--format", "docx", "-o", "s"],
      "error: there is no report format named 'docx'\n hint: known: json, html, md, text, diagrams, "
        + "pdf, card\n"
    ),
    (
      ["explain", "iris", "--extractor", "surogate"],
      "error: there is no extractor named 'surogate'\n hint: did you mean 'surrogate-tree'?\n"
    ),
    (
      ["explain", "iris", "--epochs", "-1"],
      "error: --epochs cannot be -1\n hint: give a whole number from 1 to 1,000,000\n"
    ),
    (
      ["explain", "iris", "--epochs", "2.5"],
      "error: --epochs cannot be '2.5'\n hint: give a whole number from 1 to 1,000,000\n"
    ),
    (
      ["prune", "net.onnx", "iris", "-o", "a.onnx", "--epochs", "-1"],
      "error: --epochs cannot be -1\n hint: give a whole number from 0 to 1,000,000\n"
    ),
    (
      ["prune", "net.onnx", "iris", "-o", "a.onnx", "--keep", "50"],
      "error: --keep cannot be 50\n hint: give a number above 0 and at most 1; 50 % is 0.5\n"
    ),
    (
      ["explain", "iris", "--batch", "9223372036854775807"],
      "error: --batch cannot be 9223372036854775807\n"
        + " hint: give a whole number from 1 to 1,000,000,000\n"
    ),
    (
      ["explain", "iris", "--features", "9223372036854775807"],
      "error: --features cannot be 9223372036854775807\n"
        + " hint: give a whole number from 1 to 65,536\n"
    ),
    (
      ["explain", "iris", "--max-rules", "9223372036854775807"],
      "error: --max-rules cannot be 9223372036854775807\n"
        + " hint: give a whole number from 1 to 1,000,000\n"
    ),
    (
      ["compare", "iris", "--seeds", "1000000000"],
      "error: --seeds cannot be 1000000000\n hint: give a whole number from 1 to 1,000\n"
    ),
    (
      ["explain", "iris", "--learning-rate", "1e308"],
      "error: --learning-rate cannot be 1e+308\n hint: give a number from 1e-12 to 1,000\n"
    ),
    (
      ["explain", "iris", "--held-out", "-0.5"],
      "error: --held-out cannot be -0.5\n hint: give a fraction between 0 and 1, or a source of rows\n"
    ),
    (
      ["train", "iris"],
      "error: missing expected argument '--output <output>'\n hint: see 'espalier train --help'\n"
    ),
    (
      ["list", "dataset"],
      "error: <family> cannot be 'dataset'\n hint: did you mean 'datasets'?\n"
    ),
    (
      ["datasets", "fetch", "mnits"],
      "error: there is no data set to fetch named 'mnits'\n hint: did you mean 'mnist'?\n"
    ),
  ])
  func mistakesAreNamed(_ arguments: [String], _ text: String) throws {
    let run = try Program(arguments)
    #expect(run.errorOutput == text)
    #expect(run.code == 64)
    #expect(run.output.isEmpty)
  }

  @Test func noArgumentsGiveHelp() throws {
    let run = try Program([])
    #expect(run.code == 0)
    #expect(run.errorOutput.isEmpty)
    #expect(run.output.contains("espalier explain iris"))
  }

  @Test func versionIsOneLine() throws {
    let run = try Program("--version")
    #expect(run.output == "0.1.0\n")
    #expect(run.code == 0)
  }

  @Test func helpIsAsRecorded() throws {
    let run = try Program("--help")
    let snapshot = Program.home.appendingPathComponent("Tests/CommandTests/Snapshots/help.txt")
    let recorded = try? String(contentsOf: snapshot, encoding: .utf8)
    if recorded == nil { try Data(run.output.utf8).write(to: snapshot) }
    #expect(run.output == recorded)
    #expect(run.code == 0)
    #expect(run.errorOutput.isEmpty)
  }

  @Test(arguments: [
    "explain", "train", "prune", "compare", "predict", "evaluate", "why", "features", "fidelity",
    "diff", "inspect",
    "draw",
    "report", "export", "list", "doctor",
  ])
  func everyCommandShowsAnExampleOfItself(_ command: String) throws {
    let run = try Program(command, "--help")
    #expect(run.code == 0)
    #expect(run.output.contains("  espalier \(command)"))
  }
}
