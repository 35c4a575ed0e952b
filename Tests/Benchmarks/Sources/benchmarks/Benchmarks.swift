import CLimit
import Datasets
import Foundation
import Networks
import Tensors

/// Espalier's side of every case. `compare.py` calls it; nobody needs to by hand.
///
/// `start CASE FOLDER` writes what both sides start from: `start.f32`, `order.i32`, `case.json`.
/// `run CASE FOLDER THREADS` waits for lines on standard input: `run` does the work once and answers
/// with a line of JSON; `answers` writes the network's answers to `answers.f32`.
///
/// `limit` prints the operations a second that a core reaches at most.
/// `pruning` needs nothing else and prints a table of its own.
@main
struct Benchmarks {
  static func main() {
    do {
      let words = Array(CommandLine.arguments.dropFirst())
      if words.first == "limit" { return print(measured_limit()) }
      if words.first == "pruning" { return try PruningTimes.printTable() }
      guard words.count > 2 else { throw Failure.usage }
      guard let chosen = Case.all.first(where: { $0.name == words[1] }) else {
        throw Failure.noCase(words[1])
      }
      switch words[0] {
      case "start": try start(chosen, words[2])
      case "run": try run(chosen, words[2], threads: words.count > 3 ? Int(words[3]) ?? 1 : 1)
      default: throw Failure.usage
      }
    } catch {
      FileHandle.standardError.write(Data("error: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func start(_ chosen: Case, _ folder: String) throws {
    let network = try Network(chosen.architecture, seed: Case.seed)
    let numbers = network.parameters.joined().flatMap { $0.value.elements }
    try RawNumbers.write(numbers, to: folder + "/start.f32")
    try RawNumbers.write(chosen.orders, to: folder + "/order.i32")
    let description = Description(
      rows: chosen.rows, input: chosen.architecture.input.dimensions,
      epochs: chosen.trainer?.epochs, batch: chosen.trainer?.batch,
      rate: chosen.trainer?.learningRate, steps: chosen.steps,
      parameters: network.parameterCount, arithmetic: chosen.arithmetic(of: network))
    try JSONEncoder().encode(description).write(to: URL(fileURLWithPath: folder + "/case.json"))
  }

  private static func run(_ chosen: Case, _ folder: String, threads: Int) throws {
    Workers.threads = threads
    let shape = Shape([chosen.rows] + chosen.architecture.input.dimensions)
    let inputs = Tensor(
      try RawNumbers.read(folder + "/inputs.f32", count: shape.count, as: Float.self), shape: shape)
    let labels = try RawNumbers.read(folder + "/labels.i32", count: chosen.rows, as: Int32.self)
    let rows = Examples(inputs: inputs, labels: labels.map { Int($0) })
    let network = try Network(chosen.architecture, seed: Case.seed)
    var outputs: Tensor?
    while let line = readLine() {
      switch line {
      case "run":
        var result = Result(seconds: 0, steps: chosen.steps, parameters: network.parameterCount)
        let (clock, begin) = (ContinuousClock(), processorSeconds())
        if let trainer = chosen.trainer {
          let start = Trainer.State(start: network)
          var end = start
          result.seconds = try seconds(clock) {
            end = try trainer.train(
              from: start, head: .softmax, on: rows, validation: rows.gathering([0]),
              seed: Case.seed)
          }
          result.losses = end.history.map(\.loss)
        } else {
          result.seconds = try seconds(clock) { outputs = network.outputs(for: inputs) }
        }
        result.processor = processorSeconds() - begin
        print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
      case "answers":
        try RawNumbers.write(outputs?.elements ?? [], to: folder + "/answers.f32")
        print("{}")
      default: throw Failure.usage
      }
      fflush(nil)
    }
  }

  /// The time that all threads of this process have worked.
  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func seconds(_ clock: ContinuousClock, _ body: () throws -> Void) throws -> Double
  {
    let time = try clock.measure(body)
    return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
  }

  /// What the other side needs to know of a case.
  private struct Description: Encodable {
    var rows: Int
    var input: [Int]
    var epochs: Int?
    var batch: Int?
    var rate: Double?
    var steps: Int
    var parameters: Int
    var arithmetic: Double
  }

  /// What one run came to.
  private struct Result: Encodable {
    var seconds: Double
    /// Of all threads.
    var processor = 0.0
    var steps: Int
    var parameters: Int
    /// The mean loss of every epoch.
    var losses: [Double] = []
  }
}
