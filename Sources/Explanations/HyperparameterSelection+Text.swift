import Datasets

extension HyperparameterSelection {
  /// The choice with the loss of each candidate, in a sentence without a full stop.
  package var sentence: String {
    let others = candidates.indices.filter { $0 != chosen }.map { candidates[$0] }
    return "\(choice.words), by \(folds)-fold cross-validation of \(rows.grouped) training rows: "
      + "loss \(fixed(choice.meanLoss, digits: 3)) ("
      + others.map { "\($0.words): \(fixed($0.meanLoss, digits: 3))" }.joined(separator: "; ") + ")"
  }
}

extension HyperparameterSelection.Candidate {
  /// "hidden layers of 64, 32 units, weight decay 0.2".
  package var words: String {
    let layers =
      switch hidden.count {
      case 0: "no hidden layer before the features"
      case 1: "a hidden layer of \(hidden[0]) units"
      default: "hidden layers of \(hidden.map(String.init).joined(separator: ", ")) units"
      }
    return layers + ", weight decay \(shortest(weightDecay))"
  }
}
