import ArgumentParser
import Datasets
import Experiments
import Explanations
import Reports

/// `--strict`, for commands whose result has warnings.
struct StrictOption: ParsableArguments {
  @Flag(help: "Exit code 2 if the result has warnings.")
  var strict = false

  /// The gate that warnings fail; empty without `strict` or without warnings.
  ///
  /// `quiet`: whether the texts are not on stderr already.
  func gates(_ warnings: [Warning], quiet: Bool) -> [String] {
    guard strict, !warnings.isEmpty else { return [] }
    let shown = warnings.map { quiet ? "\($0.text) (\($0.code))" : $0.code }
    return ["--strict allows no warnings: " + shown.joined(separator: ", ")]
  }

  /// Fails the command if there are warnings and `strict` is given.
  /// - Throws: `CommandFailure` with code 2.
  func check(_ warnings: [Warning], quiet: Bool, isWritten: Bool = true) throws {
    let failed = gates(warnings, quiet: quiet)
    if !failed.isEmpty { throw CommandFailure.gates(failed, isWritten: isWritten) }
  }
}

extension ConsoleOptions {
  /// Prints warnings on stderr, unless `quiet` is set.
  func warn(_ warnings: [Warning]) {
    if quiet { return }
    for warning in warnings { Terminal.stderr.say(warning.line) }
  }
}

extension Warning {
  /// The warning as a line of stderr.
  var line: String { "\(Terminal.stderr.paint("warning:", .yellow)) \(visible(text))\n" }
}

extension Explanation {
  /// The warning that rows are the data of the result, training rows among them.
  ///
  /// `sha256`: of the rows.
  /// `figure`: the figure of the same kind on the held-out rows, as a clause.
  /// - Returns: at most one warning; none for other rows, and none if nothing was trained on them.
  func trainingRowsMeasured(sha256: String, figure: String) -> [Warning] {
    guard data.sha256 == sha256, data.training > 0 else { return [] }
    return [
      Warning(
        "training-rows-measured",
        "\(counted(data.training)) of the rows are training rows and \(counted(data.validation)) "
          + "validation rows of the result; \(figure)", figure: Double(data.training))
    ]
  }

  /// The fidelity of the chosen rules on held-out rows, as a clause.
  var heldOutFidelity: String {
    "on its held-out rows its rules \(level.words) agree with the network on "
      + "\(ratio(fidelity.heldOut)) (\(percent(fidelity.heldOut)))"
  }
}
