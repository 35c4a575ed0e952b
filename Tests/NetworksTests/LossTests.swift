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
      let (value, gradient) = head.loss(
        of: known.outputs.tensor, labels: known.labels[...], numbers: known.numbers[...],
        classWeights: known.classWeights)
      #expect(abs(value - known.value) < 1e-5, "\(known.head)")
      #expect(difference(gradient, known.gradient.tensor) < 1e-6, "\(known.head)")
    }
  }

  @Test func hugeOutputsHaveFiniteLosses() {
    let outputs = Tensor([1e4, -1e4, -1e4, 1e4], shape: [2, 2])
    for head in [Head.softmax, .oneVersusRest] {
      let (value, gradient) = head.loss(of: outputs, labels: [1, 1])
      #expect(value.isFinite && value > 10, "\(head)")
      #expect(gradient.elements.allSatisfy { $0.isFinite }, "\(head)")
    }
  }

  @Test func oneOutputSaysYesToTheSecondClass() {
    let outputs = Tensor([2, -2], shape: [2, 1])
    let right = Head.oneVersusRest.loss(of: outputs, labels: [1, 0])
    let wrong = Head.oneVersusRest.loss(of: outputs, labels: [0, 1])
    #expect(abs(right.value - 0.126928) < 1e-5)
    #expect(abs(wrong.value - 2.126928) < 1e-5)
    #expect(Head.oneVersusRest.answers(from: outputs) == [1, 0])
  }
}
