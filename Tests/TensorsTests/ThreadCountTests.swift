import Foundation
import Synchronization
import Tensors
import TestSupport
import Testing

/// Every kernel gives the same bits for any number of threads, at sizes of many pieces.
@Suite(.serialized) struct ThreadCountTests {
  /// Threads beyond the cores of the machine are started, so that all of these are real.
  private static let counts = [1, 2, 3, 8, 64]

  private func expectSameBits(
    _ name: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () -> [Tensor]
  ) {
    defer { Workers.threads = 0 }
    Workers.startThreads(64)
    Workers.threads = 1
    let alone = body().map(\.bits)
    for threads in Self.counts.dropFirst() {
      Workers.threads = threads
      #expect(
        body().map(\.bits) == alone, "\(name), \(threads) threads", sourceLocation: sourceLocation)
    }
  }

  @Test func sixtyFourThreadsWorkAtOnce() {
    defer { Workers.threads = 0 }
    Workers.startThreads(64)
    var most = 0
    // Other tests may use the threads, so that a call runs alone, or set another number.
    for _ in 0..<20 where most < 64 {
      Workers.threads = 64
      let inside = Atomic<Int>(0)
      let peak = Atomic<Int>(0)
      let begin = ContinuousClock.now
      Workers.run(64) { _ in
        peak.max(inside.wrappingAdd(1, ordering: .relaxed).newValue, ordering: .relaxed)
        while peak.load(ordering: .relaxed) < 64, begin.duration(to: .now) < .seconds(1) {
          Thread.sleep(forTimeInterval: 0.001)
        }
        inside.wrappingSubtract(1, ordering: .relaxed)
      }
      most = max(most, peak.load(ordering: .relaxed))
    }
    #expect(most == 64)
  }

  @Test func aWorkspaceBelongsToOneThread() {
    defer { Workers.threads = 0 }
    Workers.startThreads(64)
    for threads in Self.counts {
      Workers.threads = threads
      let workspaces = Mutex<Set<UInt>>([])
      let done = Mutex<[Int]>([])
      Workers.run(1000, workspace: 4096) { index, workspace in
        for element in 0..<4096 { workspace[element] = Float(index) }
        let isOwn = (0..<4096).allSatisfy { workspace[$0] == Float(index) }
        workspaces.withLock { _ = $0.insert(UInt(bitPattern: workspace)) }
        if isOwn { done.withLock { $0.append(index) } }
      }
      #expect(done.withLock { $0.sorted() } == Array(0..<1000))
      #expect(workspaces.withLock(\.count) <= 64)
    }
  }

  @Test(arguments: [
    (rows: 1000, columns: 150, inner: 200), (1003, 37, 700), (500, 400, 300), (131, 1000, 257),
  ])
  func products(size: (rows: Int, columns: Int, inner: Int)) {
    var generator = SeededGenerator(seed: 1)
    let left = generator.normalTensor([size.rows, size.inner])
    let right = generator.normalTensor([size.inner, size.columns])
    let bias = generator.normalTensor([size.columns])
    let leftTransposed = generator.normalTensor([size.inner, size.rows])
    let rightTransposed = generator.normalTensor([size.columns, size.inner])
    expectSameBits("\(size)") {
      [
        left.multiplied(by: right, adding: bias),
        leftTransposed.multiplied(by: right, transposed: true),
        left.multiplied(by: rightTransposed, rightTransposed: true),
        leftTransposed.multiplied(by: rightTransposed, transposed: true, rightTransposed: true),
      ]
    }
  }

  private struct Case: CustomTestStringConvertible, Sendable {
    var rows: Int
    var side: Int
    var channels: Int
    var units: Int
    var groups = 1
    var window = 3
    var stride = 1
    var testDescription: String {
      "\(rows)x\(side)x\(side)x\(channels) to \(units), \(window)/\(stride), \(groups) groups"
    }

    var windows: Windows {
      let output = (side + 2 - window) / stride + 1
      return Windows(
        image: (side, side, channels), window: (window, window), stride: (stride, stride), top: 1,
        left: 1, output: (output, output))
    }
  }

  private static let cases = [
    Case(rows: 97, side: 16, channels: 16, units: 24),
    Case(rows: 64, side: 14, channels: 1, units: 20, window: 5),
    Case(rows: 40, side: 16, channels: 40, units: 72, stride: 2),
    Case(rows: 64, side: 8, channels: 64, units: 33, window: 1),
    Case(rows: 1601, side: 6, channels: 3, units: 8),
    Case(rows: 97, side: 12, channels: 50, units: 50, groups: 50),
    Case(rows: 97, side: 12, channels: 32, units: 64, groups: 2),
  ]

  @Test(arguments: cases) private func convolutions(known: Case) {
    var generator = SeededGenerator(seed: 2)
    let (w, side) = (known.windows, known.side)
    let input = generator.normalTensor([known.rows, side, side, known.channels])
    let weights = generator.normalTensor([
      known.window, known.window, known.channels / known.groups, known.units,
    ])
    let bias = generator.normalTensor([known.units])
    let above = generator.normalTensor([known.rows, w.outputHeight, w.outputWidth, known.units])
    expectSameBits(known.testDescription) {
      let output = WindowKernel.convolve(
        input, weights, bias: bias, w, outputChannels: known.units, groups: known.groups)
      let (below, gradient) = WindowKernel.convolveBackward(
        above, input, weights, w, outputChannels: known.units, groups: known.groups,
        needsInput: true)
      return [output, gradient] + [below].compactMap { $0 }
    }
  }

  /// The order of sums that determines the bits of a gradient: the rows of a group in order, then
  /// the groups; two groups, and one per 256 rows from 768 rows on.
  @Test(arguments: [(1, 1), (5, 2), (128, 2), (767, 2), (768, 3)])
  func gradientsAreSumsOfGroups(rows: Int, groups: Int) {
    var generator = SeededGenerator(seed: 3)
    let known = Case(rows: rows, side: 5, channels: 3, units: 9)
    let input = generator.normalTensor([rows, 5, 5, 3])
    let above = generator.normalTensor([rows, 5, 5, 9])
    let weights = generator.normalTensor([3, 3, 3, 9])
    func gradient(_ taken: Range<Int>) -> Tensor {
      WindowKernel.convolveBackward(
        above.slicing(taken), input.slicing(taken), weights, known.windows, outputChannels: 9,
        groups: 1,
        needsInput: false
      ).weights
    }
    let sums = Workers.ranges(of: rows, pieces: groups).map { group in
      group.reduce(into: Tensor(shape: weights.shape)) { $0.add(gradient($1..<$1 + 1)) }
    }
    let total = sums.dropFirst().reduce(into: sums[0]) { $0.add($1) }
    #expect(gradient(0..<rows).bits == total.bits)
  }

  @Test(arguments: cases) private func pooling(known: Case) {
    var generator = SeededGenerator(seed: 4)
    let (w, side) = (known.windows, known.side)
    let input = generator.normalTensor([known.rows, side, side, known.channels])
    let above = generator.normalTensor([
      known.rows, w.outputHeight, w.outputWidth, known.channels,
    ])
    let kinds: [WindowKernel.Pooling] = [
      .largest, .mean(countingPadding: false), .mean(countingPadding: true),
    ]
    expectSameBits(known.testDescription) {
      kinds.flatMap { kind in
        let output = WindowKernel.pool(input, w, kind)
        return [output, WindowKernel.poolBackward(above, input, output, w, kind)]
      }
    }
  }

  @Test(arguments: [1, 16, 50, 64, 200, 515])
  func channels(count: Int) {
    var generator = SeededGenerator(seed: 5)
    let input = generator.normalTensor([(1 << 20) / (81 * count) + 1, 9, 9, count])
    let above = generator.normalTensor(input.shape)
    let scales = generator.normalTensor([count]).elements
    expectSameBits("\(count) channels") {
      let (means, variances) = input.channelMoments
      let (sums, products) = input.channelProducts(with: above, around: means)
      return [
        Tensor(means, shape: [count]), Tensor(variances, shape: [count]),
        Tensor(sums.map { Float($0) }, shape: [count]),
        Tensor(products.map { Float($0) }, shape: [count]),
        input.scaledByChannel(scales, shifts: means),
        input.scaledByChannel(scales, shifts: means, adding: above, factors: variances),
      ]
    }
  }
}

extension Tensor {
  fileprivate var bits: [UInt32] { elements.map(\.bitPattern) }
}
