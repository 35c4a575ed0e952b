import Explanations
import Foundation
import Pruning
import Reports

extension PruningResult {
  /// The result as a document.
  public var document: Document {
    var blocks: [Block] = [
      .table(
        DataTable(
          "pruning", "\(method) to \(quote: goal):", [.text("Quantity"), .text("Value")],
          (sizes + costs + structure + quality).map { [DataTable.Cell(Phrase($0)), $1] })),
      .paragraph(
        Phrase(
          "masked and compacted network on \(equality.rows) rows: largest difference "
            + String(
              format: "%.2g absolute, %.2g relative, ", equality.largestAbsolute,
              equality.largestRelative)
            + "\(equality.changedPredictions) changed predictions")),
    ]
    if !unknownLayers.isEmpty {
      blocks.append(
        .paragraph("not pruned, unsupported layers: \(list(unknownLayers.map(Phrase.name)))"))
    }
    return Document(
      title: "Result of pruning", kind: "Pruning of a neural network",
      origin: "espalier \(espalierVersion)", blocks: blocks)
  }

  private typealias Row = (label: String, value: DataTable.Cell)

  private var sizes: [Row] {
    let quantities = [
      ("parameters", "parameters", before.parameters, after.parameters),
      ("weights", "weights", before.weights, after.weights),
      ("MACs per sample", "multiplications", before.macs, after.macs),
    ]
    let rows =
      quantities.map { label, key, before, after -> Row in
        (label, text(["\(before) -> \(after)", times(ratios[key], "fewer", "more")]))
      } + denseRow
    let bytes = ["\(before.fileBytes) -> \(after.fileBytes) bytes"]
    return rows + [("file", text(bytes + [times(ratios["fileBytes"], "smaller", "larger")]))]
  }

  /// The MACs with the zeros that the weights store, which runtimes for dense tensors multiply by.
  private var denseRow: [Row] {
    guard let stored = after.denseMACs else { return [] }
    return [
      (
        "MACs with zeros",
        text(["\(self.before.denseMACs ?? self.before.macs) -> \(stored)"])
      )
    ]
  }

  private var costs: [Row] {
    var rows: [Row] = []
    if let bytes = after.compressedBytes {
      let numbers = 4 * before.parameters
      rows.append(
        (
          "compressed model",
          text([
            "\(bytes) bytes",
            times(Double(numbers) / Double(bytes), "smaller", "larger")
              + " than the \(numbers) bytes of all parameters",
          ])
        ))
    }
    if let latency {
      rows.append(
        (
          "time",
          text([
            "\(duration(latency.before.median)) -> "
              + "\(duration(latency.after.median)) µs for \(latency.rows) rows",
            times(ratios["latency"], "faster", "slower")
              + " (\(latency.runs) alternating runs, ratio "
              + "\(fixed(latency.ratioLow, digits: 3)) to \(fixed(latency.ratioHigh, digits: 3)))",
          ])
        ))
    }
    return rows
  }

  private var structure: [Row] {
    func layers(_ side: Side) -> String {
      side.widths.count > 12
        ? "\(side.widths.count)" : side.widths.map(String.init).joined(separator: "-")
    }
    var rows: [Row] = [
      (
        "neurons",
        text([
          "\(before.neurons) -> \(after.neurons)", "inputs \(before.inputs) -> \(after.inputs)",
        ])
      ),
      ("layers", text(["\(layers(before)) -> \(layers(after))"])),
    ]
    if let first = before.flattened {
      rows.append(("flattened units", text(["\(first) -> \(after.flattened ?? 0)"])))
    }
    if let fineTuning { rows.append(("fine-tuning", text([fineTuning]))) }
    return rows
  }

  /// How much the pruned network was fine-tuned, by the recipe; `nil` if it does not say.
  private var fineTuning: String? {
    guard let recovery = recipe["recovery"], let epochs = recipe["epochs"].flatMap({ Int($0) })
    else { return nil }
    let rounds = recipe["rounds"].flatMap { Int($0) } ?? 1
    if recovery == "none" || epochs == 0 { return "none" }
    let when = rounds == 1 ? "" : " after each of at most \(counted(rounds)) rounds"
    return "\(counted(epochs, "epoch"))\(when) (\(recovery))"
  }

  private var quality: [Row] {
    func share(_ proportion: Proportion) -> String {
      let interval = proportion.interval
      return "\(proportion.count) of \(proportion.total) "
        + "(\(fixed(proportion.value * 100, digits: 2)) %, 95 % interval "
        + "\(fixed(interval.lowerBound * 100, digits: 2)) to "
        + "\(fixed(interval.upperBound * 100, digits: 2)) %)"
    }
    var rows: [Row] = [
      ("accuracy", text(["\(share(before.accuracy)) -> \(share(after.accuracy))"])),
      ("agreement", text([share(agreement) + " with the network before pruning"])),
    ]
    if let first = before.error, let last = after.error {
      let numbers = "\(fixed(first, digits: 4)) -> \(fixed(last, digits: 4))"
      rows.append(("error", text([numbers, "root mean squared"])))
    }
    let changed = agreementByClass.sorted { $0.key < $1.key }.filter {
      $0.value.count < $0.value.total
    }
    if !changed.isEmpty {
      var parts = changed.map { name, share -> Phrase in
        "\(name: name) \(String(share.count))/\(String(share.total))"
      }
      if changed.count < agreementByClass.count { parts.append("all of the others") }
      rows.append(("  by class", DataTable.Cell(list(parts))))
    }
    return rows
  }

  /// Microseconds, with a decimal where whole ones would hide the ratio.
  private func duration(_ microseconds: Double) -> String {
    fixed(microseconds, digits: microseconds < 100 ? 1 : 0)
  }

  private func times(_ ratio: Double?, _ less: String, _ more: String) -> String {
    guard let ratio, ratio > 0 else { return "" }
    let size = max(ratio, 1 / ratio)
    return fixed(size, digits: size < 10 ? 2 : 1) + "x " + (ratio < 1 ? more : less)
  }

  private func text(_ parts: [String]) -> DataTable.Cell {
    DataTable.Cell(Phrase(parts.joined(separator: ", ")))
  }

  private func list(_ parts: [Phrase]) -> Phrase { parts.joined(by: ", ") }
}
