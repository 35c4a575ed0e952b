import Datasets
import Explanations
import Networks
import Rules
import Tensors
import TestSupport
import Testing

/// Rules over hidden features of one network for the predictions of another.
@Suite struct FeatureTreeStudyTests {
  /// The small network with another output bias, so that other predictions need other thresholds.
  private func shifted() throws -> Model {
    var model = try SmallNetwork.model(head: .softmax)
    model.network.parameters[2][1].value = Tensor([4, -4.5, -6], shape: [3])
    return model
  }

  private func agreement(_ rules: RuleSet, _ subject: ExtractionSubject, with model: Model) throws
    -> Int
  {
    let held = SmallNetwork.table(rows: 1000, seed: 77)
    let features = try #require(HiddenFeatures(of: subject.model, over: subject.training))
    let table = features.activationTable(in: subject.model, over: held)
    return zip(rules.classify(table), model.classify(held)).count { $0 == $1 }
  }

  /// Synthetic rows are labelled by the network that is approximated, not by the one that has the
  /// features.
  @Test func syntheticRowsHaveThePredictionsOfTheApproximatedNetwork() throws {
    let wanted = try shifted()
    var (right, wrong) = (0, 0)
    for seed in UInt64(0)..<3 {
      var subject = try SmallNetwork.subject(head: .softmax, level: .features, seed: seed)
      let differing = zip(subject.predictions, wanted.classify(subject.training)).count { $0 != $1 }
      #expect(differing > 20)
      subject.predictions = wanted.classify(subject.training)
      subject.validationPredictions = wanted.classify(subject.validation)
      wrong += try agreement(
        TreesOverFeatures().extract(from: subject).rules, subject, with: wanted)
      subject.approximated = wanted
      let extracted = try TreesOverFeatures().extract(from: subject)
      right += try agreement(extracted.rules, subject, with: wanted)
    }
    #expect(right > 2910, "\(right) of 3000")
    #expect(right > wrong + 20, "\(right) with, \(wrong) without")
  }

  /// A limit of no rules leaves the default class.
  @Test func noRulesAreAllowed() throws {
    for (limit, count) in [(0, 0...0), (1, 1...1)] {
      var subject = try SmallNetwork.subject(head: .softmax, level: .features, seed: 1)
      subject.maxRules = limit
      let extracted = try TreesOverFeatures().extract(from: subject)
      #expect(count.contains(extracted.rules.rules.count))
    }
  }

  /// With few rows the synthetic ones decide where the thresholds are.
  @Test func fewRowsSuffice() throws {
    var agreeing = 0
    for seed in UInt64(0)..<3 {
      let model = try SmallNetwork.model(head: .softmax)
      let subject = ExtractionSubject(
        model: model, training: SmallNetwork.table(rows: 60, seed: seed),
        validation: SmallNetwork.table(rows: 20, seed: seed + 10), level: .features, seed: seed)
      let extracted = try TreesOverFeatures().extract(from: subject)
      agreeing += try agreement(extracted.rules, subject, with: model)
      #expect(extracted.rules.rules.count <= 16)
    }
    #expect(agreeing > 2880, "\(agreeing) of 3000")
  }
}
