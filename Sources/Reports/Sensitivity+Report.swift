import Explanations
import Networks
import Pruning

extension Sensitivity {
  /// The analysis as a document.
  ///
  /// `network`: the name of the network; `origin`: the tool and its version; `isNumeric`: whether its
  /// target is numeric, so that R² is measured instead of the accuracy.
  public func document(
    of network: String, origin: String, isNumeric: Bool = false
  ) -> Document {
    Document(
      title: "Layer sensitivity of \(quote: network)", kind: "Sensitivity analysis", origin: origin,
      blocks: [
        .table(
          DataTable(
            "sensitivity",
            """
            Sensitivity of each layer: the neurons with the lowest scores are pruned from one layer \
            at a time, without fine-tuning; on validation rows. Layers coupled by a sum share one \
            line.
            """,
            [
              .text("layers"), .number("neurons"), .number("pruned"), .number("parameters pruned"),
              .number(isNumeric ? "100 × R²" : "accuracy %"), .number("change"), .number("loss"),
            ], [whole] + lines.map(row)))
      ])
  }

  private var whole: [DataTable.Cell] {
    [
      DataTable.Cell("(the whole network)"), DataTable.Cell(""), .digits(0), .digits(0),
      .points(accuracy), DataTable.Cell(""), .decimal(loss),
    ]
  }

  private func row(_ line: Line) -> [DataTable.Cell] {
    let names = line.layers.map { Phrase.name($0.rawValue) }
    let shown =
      names.count > 3
      ? "\(names[0]), \(names[1]) and \(names.count - 2) more" : names.joined(by: ", ")
    return [
      DataTable.Cell(shown), .digits(line.neurons), .digits(line.removed), .digits(line.parameters),
      .points(line.accuracy), .points(line.accuracy - accuracy), .decimal(line.loss),
    ]
  }
}

extension DataTable.Cell {
  /// A share in per cent with two decimals, without its unit.
  fileprivate static func points(_ share: Double) -> DataTable.Cell {
    DataTable.Cell(Phrase(fixed(share * 100, digits: 2)), key: share)
  }

  /// A number with four decimals.
  fileprivate static func decimal(_ value: Double) -> DataTable.Cell {
    DataTable.Cell(Phrase(fixed(value, digits: 4)), key: value)
  }
}
