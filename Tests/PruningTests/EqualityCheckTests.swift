import Networks
import Pruning
import Tensors
import Testing

/// Values of an equality check on rows computed by hand.
@Suite struct EqualityCheckTests {
  private func network(_ weights: [Float], _ biases: [Float], inputs: Int) throws -> Network {
    let layers: [any Layer] = [Dense(biases.count)]
    return try Network(
      Architecture(input: [inputs]) { layers },
      parameters: [
        [
          Parameter(.weight, Tensor(weights, shape: [inputs, biases.count])),
          Parameter(.bias, Tensor(biases, shape: [biases.count])),
        ]
      ])
  }

  /// Only the second input x is read. Masked (x, 1 - 2x), compacted (x, 1 - 2.5x).
  private func check(head: Head) throws -> EqualityCheck {
    EqualityCheck(
      of: try network([1, -2.5], [0, 1], inputs: 1),
      with: try network([0, 0, 1, -2], [0, 1], inputs: 2),
      inputs: Tensor([7, 0, -5, 1, 3, -4, 2, 0.3, 8, 6], shape: [5, 2]), removed: [0], head: head)
  }

  @Test func differencesAndPredictionsAreThoseOfTheRows() throws {
    // Masked (0, 1), (1, -1), (-4, 9), (0.3, 0.4), (6, -11); compacted (0, 1), (1, -1.5), (-4, 11),
    // (0.3, 0.25), (6, -14). The predictions differ in the fourth row; 14 is not an output of the
    // masked network.
    let check = try check(head: .softmax)
    #expect(check.rows == 5)
    #expect(abs(check.largestAbsolute - 3) < 1e-6)
    #expect(abs(check.largestRelative - 3.0 / 11) < 1e-6)
    #expect(check.changedPredictions == 1 && !check.holds)
  }

  @Test func aNumberHasNoPredictionsToChange() throws {
    let check = try check(head: .number)
    #expect(check.changedPredictions == 0 && abs(check.largestAbsolute - 3) < 1e-6)
  }

  @Test func besideOutputsOfZeroTheDifferenceIsTheRelativeOne() throws {
    let check = EqualityCheck(
      of: try network([0], [0.25], inputs: 1), with: try network([0], [0], inputs: 1),
      inputs: Tensor([1, 2], shape: [2, 1]), removed: [], head: .number)
    #expect(check.largestAbsolute == 0.25 && check.largestRelative == 0.25)
  }

  @Test(arguments: [(Float(1), true), (0.9999, false), (0.99995, true), (1.0002, false)])
  func oneInTenThousandOfTheLargestOutputMayDiffer(_ weight: Float, _ holds: Bool) throws {
    let check = EqualityCheck(
      of: try network([weight], [0], inputs: 1), with: try network([1], [0], inputs: 1),
      inputs: Tensor([100, 1], shape: [2, 1]), removed: [], head: .number)
    #expect(check.holds == holds)
  }
}
