import Foundation
import Pruning
import Reports
import TestSupport
import Testing

@Suite struct SensitivityReportTests {
  private func sensitivity() throws -> Sensitivity {
    try JSONDecoder().decode(
      Sensitivity.self,
      from: Data(
        """
        {"loss": 0.25, "accuracy": 0.875, "lines": [
          {"layers": ["dense-1"], "neurons": 32, "removed": 8, "parameters": 6480, "loss": 0.7266,
           "accuracy": 0.75},
          {"layers": ["a", "b|<c>", "d", "e", "f"], "neurons": 4, "removed": 1, "parameters": 9,
           "loss": 0.2, "accuracy": 0.9}]}
        """.utf8))
  }

  @Test func theTableInMarkdown() throws {
    let document = try sensitivity().document(of: "net.onnx", origin: "espalier 1")
    #expect(
      try document.text(for: "layers.md") == """
        Sensitivity of each layer: the neurons with the lowest scores are pruned from one layer at a \
        time, without fine-tuning; on validation rows. Layers coupled by a sum share one line.

        | layers | neurons | pruned | parameters pruned | accuracy % | change | loss |
        |---|--:|--:|--:|--:|--:|--:|
        | (the whole network) | | 0 | 0 | 87.50 | | 0.2500 |
        | dense-1 | 32 | 8 | 6480 | 75.00 | -12.50 | 0.7266 |
        | a, b\\|\\<c\\> and 3 more | 4 | 1 | 9 | 90.00 | 2.50 | 0.2000 |

        """)
  }

  @Test func thePageHasTheSameRows() throws {
    let document = try sensitivity().document(of: "net.onnx", origin: "espalier 1")
    let page = try document.text(for: "layers.html")
    let start = try #require(page.range(of: "<main"))
    let end = try #require(page.range(of: "</main>"))
    #expect(malformation(of: String(page[start.lowerBound..<end.upperBound])) == nil)
    #expect(page.contains("<h1>Layer sensitivity of <bdi>net.onnx</bdi></h1>"))
    #expect(
      page.contains(
        "<tr><th scope=\"row\"><bdi>dense-1</bdi></th><td class=\"num\" data-key=\"32\">32</td>"
          + "<td class=\"num\" data-key=\"8\">8</td><td class=\"num\" data-key=\"6480\">6480</td>"
          + "<td class=\"num\" data-key=\"0.75\">75.00</td>"
          + "<td class=\"num\" data-key=\"-0.125\">-12.50</td>"
          + "<td class=\"num\" data-key=\"0.7266\">0.7266</td></tr>"))
    #expect(page.contains("<bdi>a</bdi>, <bdi>b|&lt;c&gt;</bdi> and 3 more"))
  }
}
