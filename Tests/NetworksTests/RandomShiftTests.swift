import Datasets
import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct RandomShiftTests {
  private let image = ImageShape(height: 5, width: 4, channels: 2, maximum: 255)

  @Test func everyImageMovesAsAWhole() {
    let shift = RandomShift(pixels: 2, image: image, edge: [-1, -2])
    withEverySeed(20) { generator in
      let images = generator.normalTensor([7, image.count])
      let moved = shift.moved(images, using: &generator)
      #expect(moved.shape == images.shape)
      for row in 0..<7 {
        let moves = (-2...2).flatMap { down in (-2...2).map { (down, $0) } }
        let found = moves.count { down, right in
          plainMove(images.row(row), down, right, shift.edge) == Array(moved.row(row))
        }
        #expect(found == 1, "row \(row)")
      }
    }
  }

  private func plainMove(
    _ row: some Collection<Float>, _ down: Int, _ right: Int, _ edge: [Float]
  ) -> [Float] {
    let pixels = Array(row)
    return (0..<image.count).map { place in
      let (channel, pixel) = (place % image.channels, place / image.channels)
      let (y, x) = (pixel / image.width - down, pixel % image.width - right)
      guard (0..<image.height).contains(y), (0..<image.width).contains(x) else {
        return edge[channel]
      }
      return pixels[(y * image.width + x) * image.channels + channel]
    }
  }

  @Test func allMovesAreAsLikely() {
    let shift = RandomShift(
      pixels: 1, image: ImageShape(height: 3, width: 3, channels: 1, maximum: 1), edge: [0])
    var generator = SeededGenerator(seed: 4)
    let middle = Tensor([0, 0, 0, 0, 1, 0, 0, 0, 0], shape: [1, 9])
    let moved = shift.moved(
      middle.gathering(ArraySlice([Int](repeating: 0, count: 9000))), using: &generator)
    for place in 0..<9 {
      let count = (0..<9000).count { moved[$0, place] == 1 }
      #expect((850...1150).contains(count), "place \(place): \(count)")
    }
  }

  @Test func aMoveBeyondTheImageLeavesTheEdge() {
    let shift = RandomShift(pixels: .max, image: image, edge: [3, 4])
    var generator = SeededGenerator(seed: 2)
    let moved = shift.moved(Tensor(shape: [200, image.count]), using: &generator)
    #expect(moved.elements.allSatisfy { [0, 3, 4].contains($0) })
  }

  @Test func trainingThatIsStoppedGoesOnToTheSameBytes() throws {
    struct Stop: Error {}
    var generator = SeededGenerator(seed: 8)
    let examples = generator.clusters(rows: 60, inputs: image.count, classes: 3)
    let network = try Network(
      Architecture(input: [image.count]) {
        Dense(6)
        Activation(.relu)
        Dense(3)
      }, seed: 1)
    var trainer = Trainer(epochs: 4, batch: 8, learningRate: 0.01)
    let still = try trainer.train(
      from: .init(start: network), head: .softmax, on: examples, validation: examples, seed: 3)
    trainer.shift = RandomShift(pixels: 1, image: image, edge: [0, 0])
    let whole = try trainer.train(
      from: .init(start: network), head: .softmax, on: examples, validation: examples, seed: 3)
    #expect(whole != still)
    var steps = 0
    var stored = Trainer.State(start: network)
    #expect(throws: Stop.self) {
      _ = try trainer.train(
        from: stored, head: .softmax, on: examples, validation: examples, seed: 3,
        onStep: { state in
          steps += 1
          if steps == 20 {
            stored = state
            throw Stop()
          }
        })
    }
    // Eight steps per epoch, with a call after all but the last: the twentieth call is in the third
    // epoch.
    #expect(stored.history.count == 2)
    let resumed = try trainer.train(
      from: stored, head: .softmax, on: examples, validation: examples, seed: 3)
    #expect(resumed == whole)
  }
}
