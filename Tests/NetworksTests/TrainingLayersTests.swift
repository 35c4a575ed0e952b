import Networks
import Tensors
import TestSupport
import Testing

/// Layers that do something else in training, with values counted by hand.
@Suite struct TrainingLayersTests {
  /// A share of the elements is 0, the others are divided by the share that is kept: the mean stays.
  @Test(arguments: [Float(0.25), 0.5, 0.8])
  func aShareOfTheElementsIsDropped(_ share: Float) throws {
    var generator = SeededGenerator(seed: 5)
    let input = Tensor((0..<20_000).map { Float($0 % 7 + 1) }, shape: [200, 100])
    let (output, memory) = Dropout(share).forwardInTraining([input], [], using: &generator)
    let kept = output.elements.indices.filter { output.elements[$0] != 0 }
    #expect(abs(Double(kept.count) / 20_000 - Double(1 - share)) < 0.02)
    for index in kept {
      #expect(abs(output.elements[index] * (1 - share) - input.elements[index]) < 1e-4)
    }
    // The gradient passes where the value did, with the same factor.
    let gradient = Dropout(share).backward(
      input, through: LayerPass(inputs: [input], output: output, parameters: [], memory: memory),
      wanted: .inputs)
    #expect(gradient.inputs == [output])
    #expect(Dropout(share).forward([input], []) == input)
    #expect(Dropout(2).share == 0.99 && Dropout(-1).share == 0)
    // Rows and elements are dropped apart from each other.
    let rows = Set((0..<200).map { row in output.row(row).count { $0 == 0 } })
    #expect(rows.count > 5)
  }

  /// Channel 0 has 1, 3, 5, 7: mean 4, variance 5. Channel 1 has 2, 2, 6, 6: mean 4, variance 4.
  @Test func inTrainingTheBatchNormalisesItself() throws {
    let layer = BatchNormalization(epsilon: 1, momentum: 0.75)
    let input = Tensor([1, 2, 3, 2, 5, 6, 7, 6], shape: [4, 2])
    let values: [(Parameter.Role, [Float])] = [
      (.scale, [2, 3]), (.bias, [10, 20]), (.mean, [100, 200]), (.variance, [8, 16]),
    ]
    var parameters = values.map { Parameter($0.0, Tensor($0.1, shape: [2])) }
    var generator = SeededGenerator(seed: 1)
    let (output, memory) = layer.forwardInTraining([input], parameters, using: &generator)
    for row in 0..<4 {
      let first: Float = 10 + 2 * (input[row, 0] - 4) / Float(6).squareRoot()
      let second: Float = 20 + 3 * (input[row, 1] - 4) / Float(5).squareRoot()
      #expect(abs(output[row, 0] - first) < 1e-4 && abs(output[row, 1] - second) < 1e-4)
    }
    // A quarter of the batch mean and of the unbiased variance, 20/3 and 16/3.
    layer.updateRunningStatistics(memory, into: &parameters)
    #expect(parameters[2].value.elements == [76, 151])
    let variances: [Float] = [7.6666667, 13.3333333]
    for (found, expected) in zip(parameters[3].value.elements, variances) {
      #expect(abs(found - expected) < 1e-5)
    }
    #expect(parameters[0].value.elements == [2, 3] && parameters[1].value.elements == [10, 20])
    // At inference with the running statistics: (1 − 76) / √(7.667 + 1).
    let inferred = layer.forward([input], parameters)
    let expected: Float = 10 - 150 / Float(8.6666667).squareRoot()
    #expect(abs(inferred[0, 0] - expected) < 1e-3)
    // A frozen layer uses them in training too, and keeps them.
    let frozen = BatchNormalization(epsilon: 1, momentum: 0.75, isFrozen: true)
    let same = frozen.forwardInTraining([input], parameters, using: &generator)
    #expect(same.output == inferred && same.memory.isEmpty)
  }

  /// One row has no unbiased variance.
  @Test func theVarianceOfOneRowIsZero() {
    let layer = BatchNormalization(epsilon: 1, momentum: 0.5)
    var parameters = [(Parameter.Role.scale, 1), (.bias, 0), (.mean, 4), (.variance, 6)].map {
      Parameter($0.0, Tensor([Float($0.1)], shape: [1]))
    }
    var generator = SeededGenerator(seed: 1)
    let input = Tensor([8], shape: [1, 1])
    let (output, memory) = layer.forwardInTraining([input], parameters, using: &generator)
    #expect(output.elements == [0])
    layer.updateRunningStatistics(memory, into: &parameters)
    #expect(parameters[2].value.elements == [6] && parameters[3].value.elements == [3])
  }
}
