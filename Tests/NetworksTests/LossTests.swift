import Datasets
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct LossTests {
  @Test func lossesAndGradientsAreThoseOfTheReference() throws {
    let losses = try Reference.load().losses
    #expect(losses.map(\.head) == ["softmax", "one-vs-rest", "softmax", "one-vs-rest", "number"])
    for known in losses {
      let head = try #require(Head(rawValue: known.head))
      let examples = Examples(
        inputs: known.outputs.tensor, labels: known.labels, numbers: known.numbers)
      let (value, gradient) = head.loss(
        of: known.outputs.tensor, for: examples, classWeights: known.classWeights)
      #expect(abs(value - known.value) < 1e-5, "\(known.head)")
      #expect(difference(gradient, known.gradient.tensor) < 1e-6, "\(known.head)")
    }
  }

  /// The distillation loss has a zero gradient if student and teacher agree, and its gradient
  /// matches finite differences for several shares and temperatures.
  @Test func aTeachersLossHasItsGradient() throws {
    try withEverySeed(4) { generator in
      for (head, width) in [(Head.softmax, 3), (.oneVersusRest, 3), (.number, 1)] {
        let network = try Network(
          Architecture(input: [4]) { Dense(width) }, seed: generator.next())
        let inputs = generator.normalTensor([5, 4])
        let labels = (0..<5).map { _ in generator.index(below: width) }
        let examples = Examples(
          inputs: inputs, labels: labels, numbers: generator.normalTensor([5, 1]).elements)
        let own = network.outputs(for: inputs)
        let settled = Teacher(network, share: 1, temperature: 2)
          .loss(of: own, for: examples, head: head)
        #expect(settled.gradient.elements.allSatisfy { abs($0) < 1e-6 }, "\(head)")
        let outputs = generator.normalTensor([5, width])
        for (share, temperature) in [(Float(0), Float(3)), (0.5, 1), (0.7, 3), (1, 2)] {
          let teacher = Teacher(network, share: share, temperature: temperature)
          let (_, gradient) = teacher.loss(of: outputs, for: examples, head: head)
          if share == 0 { #expect(gradient == head.loss(of: outputs, for: examples).gradient) }
          for index in outputs.elements.indices {
            let slope =
              [Float(1), -1].map { sign in
                var moved = outputs
                moved.withElements { $0[index] += sign * 0.01 }
                return Double(sign) * teacher.loss(of: moved, for: examples, head: head).value
              }.reduce(0, +) / 0.02
            #expect(abs(slope - Double(gradient.elements[index])) < 1e-3, "\(head) \(share)")
          }
        }
      }
    }
  }

  @Test func hugeOutputsHaveFiniteLosses() {
    let outputs = Tensor([1e4, -1e4, -1e4, 1e4], shape: [2, 2])
    for head in [Head.softmax, .oneVersusRest] {
      let (value, gradient) = head.loss(of: outputs, for: labelled(1, 1))
      #expect(value.isFinite && value > 10, "\(head)")
      #expect(gradient.elements.allSatisfy { $0.isFinite }, "\(head)")
    }
  }

  @Test func oneOutputSaysYesToTheSecondClass() {
    let outputs = Tensor([2, -2], shape: [2, 1])
    let right = Head.oneVersusRest.loss(of: outputs, for: labelled(1, 0))
    let wrong = Head.oneVersusRest.loss(of: outputs, for: labelled(0, 1))
    #expect(abs(right.value - 0.126928) < 1e-5)
    #expect(abs(wrong.value - 2.126928) < 1e-5)
    #expect(Head.oneVersusRest.predictions(from: outputs) == [1, 0])
    // Of equal outputs the first counts; 0 is as far from both classes.
    #expect(Head.oneVersusRest.predictions(from: Tensor([0, 1e-6], shape: [2, 1])) == [0, 1])
    #expect(Head.softmax.predictions(from: Tensor([1, 3, 3, 2, 2, 2], shape: [2, 3])) == [1, 0])
  }

  /// A teacher that predicts the labels with certainty gives the gradient of the labels; a teacher
  /// equal to the student gives a zero gradient.
  @Test func aTeacherStandsInForTheLabels() throws {
    withEverySeed(5) { generator in
      for (head, width) in [(Head.softmax, 3), (.oneVersusRest, 3), (.number, 1)] {
        let outputs = generator.normalTensor([7, width])
        let labels = (0..<7).map { _ in generator.index(below: width) }
        let numbers = generator.normalTensor([7, 1])
        var sure = Tensor(shape: [7, width])
        for (row, label) in labels.enumerated() { sure[row, label] = 1 }
        if head == .number { sure = numbers }
        var examples = Examples(inputs: outputs, labels: labels, numbers: numbers.elements)
        let plain = head.loss(of: outputs, for: examples)
        examples.targets = sure
        let taught = head.loss(of: outputs, for: examples)
        #expect(abs(plain.value - taught.value) < 1e-9, "\(head)")
        #expect(plain.gradient == taught.gradient, "\(head)")
        examples.targets = head.probabilities(from: outputs)
        let settled = head.loss(of: outputs, for: examples)
        #expect(settled.gradient.elements.allSatisfy { $0 == 0 }, "\(head)")
      }
    }
  }

  @Test func theErrorOfARegressionIsInTheUnitOfTheTarget() throws {
    let schema = Schema(
      features: [Feature("x")], target: Target("y", .numeric(unit: nil, cuts: [15])))
    var model = try Model(
      schema: schema,
      encoding: Encoding(
        inputs: [.init(feature: 0, kind: .scaled(mean: 0, scale: 1))], targetMean: 10,
        targetScale: 5),
      network: Network(Architecture(input: [1]) { Dense(1) }, seed: 1), head: .number)
    let table = Table(
      schema: schema, columns: [.doubles([0, 0])], labels: [0, 1], numbers: [13, 16])
    // The predictions are 10 and 20.
    let outputs = Tensor([0, 2], shape: [2, 1])
    let error = try #require(model.rootMeanSquaredError(of: outputs, on: table))
    #expect(abs(error - 12.5.squareRoot()) < 1e-12)
    let none = table.selecting([])
    #expect(model.rootMeanSquaredError(of: Tensor(shape: [0, 1]), on: none) == nil)
    model.head = .softmax
    #expect(model.rootMeanSquaredError(of: outputs, on: table) == nil)
  }

  private func labelled(_ labels: Int...) -> Examples {
    Examples(inputs: Tensor(shape: [labels.count, 1]), labels: labels)
  }
}
