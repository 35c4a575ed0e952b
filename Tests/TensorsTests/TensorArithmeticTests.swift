import Tensors
import TestSupport
import Testing

@Suite struct TensorArithmeticTests {
  /// Sizes that are not multiples of a kernel's block size.
  private static let sizes = [1, 2, 3, 5, 8, 17, 31, 67]

  private func naive(_ left: Tensor, _ right: Tensor) -> Tensor {
    var result = Tensor(shape: [left.rows, right.width])
    for row in 0..<left.rows {
      for column in 0..<right.width {
        var sum = 0.0
        for inner in 0..<left.width {
          sum += Double(left[row, inner]) * Double(right[inner, column])
        }
        result[row, column] = Float(sum)
      }
    }
    return result
  }

  private func transposed(_ matrix: Tensor) -> Tensor {
    var result = Tensor(shape: [matrix.width, matrix.rows])
    for row in 0..<matrix.rows {
      for column in 0..<matrix.width { result[column, row] = matrix[row, column] }
    }
    return result
  }

  @Test func productsAreThoseOfNaiveLoopsHoweverTheFactorsLie() {
    withEverySeed(30) { generator in
      let m = Self.sizes[generator.index(below: Self.sizes.count)]
      let k = Self.sizes[generator.index(below: Self.sizes.count)]
      let n = Self.sizes[generator.index(below: Self.sizes.count)]
      let (left, right) = (generator.normalTensor([m, k]), generator.normalTensor([k, n]))
      let expected = naive(left, right)
      let (turnedLeft, turnedRight) = (transposed(left), transposed(right))
      #expect(difference(left.multiplied(by: right), expected) < 1e-4)
      #expect(difference(turnedLeft.multiplied(by: right, transposed: true), expected) < 1e-4)
      #expect(difference(left.multiplied(by: turnedRight, rightTransposed: true), expected) < 1e-4)
      let both = turnedLeft.multiplied(by: turnedRight, transposed: true, rightTransposed: true)
      #expect(difference(both, expected) < 1e-4)
    }
  }

  @Test func aRowsProductDoesNotDependOnTheRowsBesideIt() {
    withEverySeed(10) { generator in
      let (rows, inner) = (1 + generator.index(below: 40), 1 + generator.index(below: 900))
      let left = generator.normalTensor([rows, inner])
      let right = generator.normalTensor([inner, 1 + generator.index(below: 35)])
      let bias = generator.normalTensor([right.width])
      let whole = left.multiplied(by: right, adding: bias)
      var plain = naive(left, right)
      plain.addBias(bias)
      #expect(difference(whole, plain) < 1e-3)
      for row in 0..<rows {
        let alone = left.slicing(row..<row + 1).multiplied(by: right, adding: bias)
        #expect(alone.elements == Array(whole.row(row)))
      }
    }
  }

  @Test func aProductWithoutAnInnerDimensionIsItsBias() {
    let bias = Tensor([1, 2, 3], shape: [3])
    let product = Tensor([], shape: [2, 0]).multiplied(by: Tensor([], shape: [0, 3]), adding: bias)
    #expect(product.elements == [1, 2, 3, 1, 2, 3])
  }

  @Test func productsAreThoseOfTheReference() throws {
    let products = try Reference.load().products
    #expect(products.count == 6)
    for product in products {
      let found = product.left.tensor.multiplied(by: product.right.tensor)
      #expect(difference(found, product.product.tensor) < 1e-5)
    }
  }

  @Test func aProductWithoutAnInnerDimensionIsZero() {
    let product = Tensor([], shape: [2, 0]).multiplied(by: Tensor([], shape: [0, 3]))
    #expect(product == Tensor(shape: [2, 3]))
  }

  @Test func biasesAndSumsGoByColumn() {
    var matrix = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(matrix.columnSums == Tensor([5, 7, 9], shape: [3]))
    matrix.addBias(Tensor([10, 20, 30], shape: [3]))
    #expect(matrix == Tensor([11, 22, 33, 14, 25, 36], shape: [2, 3]))
    matrix.add(Tensor(repeating: 1, shape: [2, 3]), scaledBy: -2)
    #expect(matrix == Tensor([9, 20, 31, 12, 23, 34], shape: [2, 3]))
  }

  @Test func softmaxIsAShareEvenForHugeNumbers() {
    let rows = Tensor([1e30, 1e30, 0, -80, -90, -80], shape: [2, 3]).softmax
    #expect(
      difference(rows, Tensor([0.5, 0.5, 0, 0.4999887, 2.27e-5, 0.4999887], shape: [2, 3])) < 1e-5)
    withEverySeed(10) { generator in
      let width = 1 + generator.index(below: 20)
      let shares = generator.normalTensor([3, width]).softmax
      for row in 0..<3 { #expect(abs(shares.row(row).reduce(0, +) - 1) < 1e-5) }
    }
  }

  @Test func rowsAndColumnsAreSelectedInTheOrderGiven() {
    let matrix = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    #expect(matrix.selectingRows([2, 0, 2]) == Tensor([5, 6, 1, 2, 5, 6], shape: [3, 2]))
    #expect(matrix.selectingColumns([1]) == Tensor([2, 4, 6], shape: [3, 1]))
    #expect(matrix.selectingColumns([]) == Tensor([], shape: [3, 0]))
    #expect(matrix.gathering([9, 1, 0][1...]) == Tensor([3, 4, 1, 2], shape: [2, 2]))
  }

  @Test func theFirstOfEqualsIsTheLargest() {
    #expect(Tensor([1, 3, 3, 2, 2, 0], shape: [2, 3]).largestColumns == [1, 0])
  }

  @Test func statisticsAreOfColumns() {
    let (means, deviations) = Tensor([1, 5, 3, 5], shape: [2, 2]).columnStatistics
    #expect(means == [2, 5])
    #expect(deviations == [1, 0])
  }
}
