import Tensors
import TestSupport
import Testing

/// Every window kernel against a naive loop.
@Suite struct WindowKernelTests {
  private struct Case {
    var windows: Windows
    var units: Int
    var groups: Int
    var rows: Int
  }

  private func cases(_ generator: inout SeededGenerator) -> Case {
    func size(_ choices: [Int]) -> Int { choices[generator.index(below: choices.count)] }
    let window = (height: size([1, 2, 3]), width: size([1, 3, 5]))
    let stride = (height: size([1, 2]), width: size([1, 2, 3]))
    let image = (
      height: size([3, 7, 11]), width: size([5, 7, 13]), channels: size([1, 3, 4, 17])
    )
    let (top, left) = (generator.index(below: window.height), generator.index(below: window.width))
    let output = (
      height: (image.height + top - window.height) / stride.height + 1,
      width: (image.width + left - window.width) / stride.width + 1
    )
    let groups = image.channels == 4 ? size([1, 2, 4]) : size([1, image.channels])
    return Case(
      windows: Windows(
        image: image, window: window, stride: stride, top: top, left: left, output: output),
      units: groups * size(groups == 1 ? [1, 3, 16, 21] : [1, 3]), groups: groups,
      rows: size([1, 3, 17]))
  }

  /// Calls `body` for each row, output pixel and tap inside the image.
  private func eachTap(
    _ w: Windows, rows: Int,
    _ body: (_ row: Int, _ pixel: Int, _ tap: Int, _ source: Int) -> Void
  ) {
    for row in 0..<rows {
      for y in 0..<w.outputHeight {
        for x in 0..<w.outputWidth {
          for ky in 0..<w.windowHeight {
            for kx in 0..<w.windowWidth {
              let (iy, ix) = (y * w.strideHeight + ky - w.top, x * w.strideWidth + kx - w.left)
              guard (0..<w.height).contains(iy), (0..<w.width).contains(ix) else { continue }
              body(
                row, (row * w.outputHeight + y) * w.outputWidth + x, ky * w.windowWidth + kx,
                (row * w.height + iy) * w.width + ix)
            }
          }
        }
      }
    }
  }

  @Test func convolutionIsThePlainLoop() {
    withEverySeed(40) { generator in
      let known = cases(&generator)
      let w = known.windows
      let own = w.channels / known.groups
      let made = known.units / known.groups
      let input = generator.normalTensor([known.rows, w.height, w.width, w.channels])
      let weights = generator.normalTensor([w.windowHeight, w.windowWidth, own, known.units])
      let output = WindowKernel.convolve(
        input, weights, w, outputChannels: known.units, groups: known.groups)
      var plain = Tensor(shape: output.shape)
      var weightGradient = Tensor(shape: weights.shape)
      var inputGradient = Tensor(shape: input.shape)
      let above = generator.normalTensor(output.shape)
      var (sums, ofWeights, ofInput) = (
        plain.elements, weightGradient.elements, inputGradient.elements
      )
      eachTap(w, rows: known.rows) { _, pixel, tap, source in
        for unit in 0..<known.units {
          for channel in 0..<own {
            let from = source * w.channels + unit / made * own + channel
            let weight = (tap * own + channel) * known.units + unit
            let to = pixel * known.units + unit
            sums[to] += input.elements[from] * weights.elements[weight]
            ofWeights[weight] += input.elements[from] * above.elements[to]
            ofInput[from] += weights.elements[weight] * above.elements[to]
          }
        }
      }
      plain = Tensor(sums, shape: output.shape)
      weightGradient = Tensor(ofWeights, shape: weights.shape)
      inputGradient = Tensor(ofInput, shape: input.shape)
      #expect(difference(output, plain) < 1e-4, "\(known)")
      let (below, gradient) = WindowKernel.convolveBackward(
        above, input, weights, w, outputChannels: known.units, groups: known.groups,
        needsInput: true)
      #expect(difference(gradient, weightGradient) < 1e-3, "\(known)")
      #expect(below.map { difference($0, inputGradient) < 1e-4 } == true, "\(known)")
    }
  }

  @Test func poolingIsThePlainLoop() {
    withEverySeed(40) { generator in
      let known = cases(&generator)
      let w = known.windows
      let input = generator.normalTensor([known.rows, w.height, w.width, w.channels])
      let largest = WindowKernel.pool(input, w, .largest)
      let mean = WindowKernel.pool(input, w, .mean(countingPadding: false))
      let padded = WindowKernel.pool(input, w, .mean(countingPadding: true))
      var most = [Float](repeating: -.infinity, count: largest.count)
      var sums = [Float](repeating: 0, count: largest.count)
      var counts = sums
      eachTap(w, rows: known.rows) { _, pixel, _, source in
        for channel in 0..<w.channels {
          let value = input.elements[source * w.channels + channel]
          let to = pixel * w.channels + channel
          most[to] = max(most[to], value)
          sums[to] += value
          counts[to] += 1
        }
      }
      #expect(largest.elements == most, "\(known)")
      let taps = Float(w.windowHeight * w.windowWidth)
      let means = zip(sums, counts).map { $0 / max($1, 1) }
      #expect(difference(mean, Tensor(means, shape: mean.shape)) < 1e-5, "\(known)")
      let shares = sums.map { $0 / taps }
      #expect(difference(padded, Tensor(shares, shape: mean.shape)) < 1e-5, "\(known)")
    }
  }

  @Test func momentsAreThoseOfThePlainLoop() {
    withEverySeed(10) { generator in
      let (rows, channels) = (1 + generator.index(below: 40), 1 + generator.index(below: 17))
      let input = generator.normalTensor([rows, 3, channels])
      let (means, variances) = input.channelMoments
      for channel in 0..<channels {
        let own = stride(from: channel, to: input.count, by: channels).map { input.elements[$0] }
        let mean = own.reduce(0) { $0 + Double($1) } / Double(own.count)
        let variance = own.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        #expect(abs(Double(means[channel]) - mean) < 1e-6)
        #expect(abs(Double(variances[channel]) - variance / Double(own.count)) < 1e-5)
      }
    }
  }

  @Test func layoutsGoThereAndBack() {
    withEverySeed(10) { generator in
      let shape: Shape = [2, 1 + generator.index(below: 4), 1 + generator.index(below: 5), 3]
      let input = generator.normalTensor(shape)
      let turned = input.transposed(by: [2, 0, 1])
      #expect(turned.shape == [2, 3, shape[1], shape[2]])
      #expect(turned.transposed(by: [1, 2, 0]) == input)
      for channel in 0..<3 {
        #expect(turned.elements[channel * shape[1] * shape[2]] == input.elements[channel])
      }
      let other = generator.normalTensor([2, shape[1], shape[2], 5])
      let joined = Tensor(concatenating: [input, other])
      #expect(joined.shape == [2, shape[1], shape[2], 8])
      #expect(joined.split(like: [input, other]) == [input, other])
    }
  }
}
