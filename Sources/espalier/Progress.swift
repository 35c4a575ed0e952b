import Experiments
import Explanations
import Foundation
import Reports
import Synchronization

/// The style of the progress display on stderr.
enum ProgressStyle: String, CaseIterable, Sendable {
  case auto, plain, json, none
}

/// Prints progress: a bar on a terminal, lines elsewhere, JSON on request; nothing in the first
/// second.
final class ProgressPrinter: Sendable {
  private enum Form { case bar, lines, json, silent }

  private struct State {
    var stage = ""
    var detail = ""
    var fraction: Double?
    var figures: [(name: String, value: Double)] = []
    var stageStart: ContinuousClock.Instant
    var lastShown: ContinuousClock.Instant
    var isBarShown = false
  }

  private let form: Form
  private let isQuiet: Bool
  private let start = ContinuousClock.now
  private let state: Mutex<State>
  // Created, started and cancelled on one thread each. Releasing a timer that was never started
  // traps, so none is created unless it is started.
  nonisolated(unsafe) private let ticker: (any DispatchSourceTimer)?

  init(_ style: ProgressStyle, quiet: Bool) {
    isQuiet = quiet
    form =
      switch style {
      case _ where quiet: .silent
      case .none: .silent
      case .json: .json
      case .plain: .lines
      case .auto: Terminal.stderr.isTerminal && getenvIsNotDumb() ? .bar : .lines
      }
    state = Mutex(State(stageStart: start, lastShown: start))
    ticker =
      form == .bar || form == .lines ? DispatchSource.makeTimerSource(queue: .global()) : nil
    ticker?.setEventHandler { [weak self] in self?.tick() }
    ticker?.schedule(deadline: .now() + 1, repeating: 0.5)
    ticker?.resume()
  }

  /// The control through which a run reports progress and polls for interruption.
  var control: RunControl {
    RunControl(
      report: { [self] in show($0) }, shouldStop: { Interruption.isRequested }, names: .options)
  }

  /// Prints the assumptions about an imported network and the warnings about them.
  func show(_ imported: ImportedModel) {
    imported.notes.forEach { show(.note($0)) }
    imported.warnings.forEach { show(.warning($0)) }
    finish()
  }

  /// Stops the timer and clears the bar.
  func finish() {
    ticker?.cancel()
    state.withLock { clearBar(&$0) }
  }

  private func show(_ event: RunEvent) {
    switch event {
    case .stage(let name, _): Interruption.entered(stage: name)
    case .checkpoint(let isCurrent): return Interruption.checkpoint(isCurrent: isCurrent)
    default: break
    }
    state.withLock { state in
      let now = ContinuousClock.now
      switch event {
      case .stage(let name, let detail):
        state.stage = name
        state.detail = detail
        state.fraction = nil
        state.figures = []
        state.stageStart = now
        if form == .json { sayJSON(["event": "stage", "stage": name, "detail": detail], now) }
      case .progress(let fraction, let figures):
        state.fraction = min(max(fraction, 0), 1)
        state.figures = figures
        guard form == .json, now - state.lastShown >= .milliseconds(100) else { break }
        state.lastShown = now
        var line: [String: Any] = ["event": "progress", "stage": state.stage, "fraction": fraction]
        for figure in figures where figure.value.isFinite { line[figure.name] = figure.value }
        sayJSON(line, now)
      case .warning(let warning):
        if form == .json {
          sayJSON(["event": "warning", "code": warning.code, "warning": warning.text], now)
        } else if !isQuiet {
          clearBar(&state)
          Terminal.stderr.say(warning.line)
        }
      case .checkpoint: break
      case .note(let words): show(note: words, &state, now)
      case .idle(let setting): show(note: setting.note, &state, now)
      }
      if form == .bar, now - start > .seconds(1), now - state.lastShown >= .milliseconds(100) {
        drawBar(&state, now)
      }
    }
  }

  private func show(note: String, _ state: inout State, _ now: ContinuousClock.Instant) {
    if form == .json { sayJSON(["event": "note", "note": note], now) }
    guard form != .json, !isQuiet else { return }
    clearBar(&state)
    Terminal.stderr.say(" note: \(visible(note))\n")
  }

  private func tick() {
    state.withLock { state in
      let now = ContinuousClock.now
      if form == .bar {
        drawBar(&state, now)
      } else if now - state.lastShown >= .seconds(10) {
        state.lastShown = now
        Terminal.stderr.say(words(state, now) + "\n")
      }
    }
  }

  private func drawBar(_ state: inout State, _ now: ContinuousClock.Instant) {
    state.lastShown = now
    state.isBarShown = true
    let cells = 20
    let full = Int((Double(cells) * (state.fraction ?? 0)).rounded(.down))
    let bar =
      Terminal.stderr.paint(String(repeating: "━", count: full), .green)
      + Terminal.stderr.paint(String(repeating: "━", count: cells - full), .dim)
    let text = words(state, now).prefix(max(Terminal.stderr.width - cells - 2, 10))
    Terminal.stderr.say("\r\u{1B}[K\(bar) \(text)")
  }

  private func clearBar(_ state: inout State) {
    if state.isBarShown { Terminal.stderr.say("\r\u{1B}[K") }
    state.isBarShown = false
  }

  /// "training 40 %, 12 s, about 18 s left, loss 0.213, accuracy 0.961"
  private func words(_ state: State, _ now: ContinuousClock.Instant) -> String {
    var parts = [state.stage.isEmpty ? "starting" : state.stage]
    if !state.detail.isEmpty, state.fraction == nil { parts[0] += " " + state.detail }
    let spent = seconds(now - state.stageStart)
    if let fraction = state.fraction {
      parts[0] += " \(Int(fraction * 100)) %"
      parts.append("\(Int(spent)) s")
      if fraction > 0.02, fraction < 1 {
        parts.append("about \(Int((spent / fraction * (1 - fraction)).rounded(.up))) s left")
      }
    } else {
      parts.append("\(Int(spent)) s")
    }
    for figure in state.figures {
      parts.append("\(figure.name) \(String(format: "%.3f", figure.value))")
    }
    return parts.joined(separator: ", ")
  }

  private func sayJSON(_ line: [String: Any], _ now: ContinuousClock.Instant) {
    var line = line
    line["seconds"] = (seconds(now - start) * 1000).rounded() / 1000
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    if let data = try? JSONSerialization.data(withJSONObject: line, options: options) {
      Terminal.stderr.say(String(decoding: data, as: UTF8.self) + "\n")
    }
  }
}

private func seconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

private func getenvIsNotDumb() -> Bool { ProcessInfo.processInfo.environment["TERM"] != "dumb" }
