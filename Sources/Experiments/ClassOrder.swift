/// The most likely class of each output of a network.
package struct ClassOrder {
  /// The class of each output.
  package private(set) var classOfOutput: [Int]

  package var isIdentity: Bool { classOfOutput == Array(classOfOutput.indices) }

  /// The one-to-one assignment with the highest accuracy, found by pairwise exchange.
  package init(predictions: [Int], labels: [Int], classes: Int) {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (prediction, label) in zip(predictions, labels)
    where counts.indices.contains(prediction) && counts.indices.contains(label) {
      counts[prediction][label] += 1
    }
    classOfOutput = Array(0..<classes)
    var isImproving = classes > 1 && classes <= 100
    while isImproving {
      var best = (gain: 0, first: 0, second: 0)
      for first in 0..<classes {
        for second in first + 1..<max(classes, first + 1) {
          let (a, b) = (classOfOutput[first], classOfOutput[second])
          let gain =
            counts[first][b] + counts[second][a] - counts[first][a] - counts[second][b]
          if gain > best.gain { best = (gain, first, second) }
        }
      }
      isImproving = best.gain > 0
      if isImproving { classOfOutput.swapAt(best.first, best.second) }
    }
  }
}

extension ClassOrder {
  /// The classes of predictions, where the order for each half of the rows is fitted to the other
  /// half: an order that is fitted to noise gains nothing there.
  static func crossFitted(_ predictions: [Int], labels: [Int], classes: Int) -> [Int] {
    let orders = (0...1).map { half in
      let rows = predictions.indices.filter { $0 % 2 == half }
      return ClassOrder(
        predictions: rows.map { predictions[$0] }, labels: rows.map { labels[$0] }, classes: classes
      )
    }
    return predictions.enumerated().map { orders[1 - $0 % 2].classOfOutput[$1] }
  }
}
