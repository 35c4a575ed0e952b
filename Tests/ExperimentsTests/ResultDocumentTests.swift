import Experiments
import Explanations
import Foundation
import Reports
import TestSupport
import Testing

/// The documents of a comparison and of a pruning, from results with set figures.
@Suite struct ResultDocumentTests {
  private func share(_ count: Int, _ total: Int) throws -> Any {
    try JSONSerialization.jsonObject(with: JSONEncoder().encode(Proportion(count, of: total)))
  }

  private func decoded<Value: Decodable>(_ object: [String: Any]) throws -> Value {
    try JSONDecoder().decode(Value.self, from: JSONSerialization.data(withJSONObject: object))
  }

  private func cell(
    _ method: String, _ point: Double, _ seed: Int, right: Int, parameters: Int
  ) throws -> [String: Any] {
    [
      "method": method, "point": point, "seed": seed,
      "figures": [
        "parameters": parameters, "multiplications": parameters - 10, "neurons": 12,
        "fileBytes": 4100, "accuracy": try share(right, 30), "agreement": try share(right + 1, 30),
        "accuracyCut": 0.5, "largestDifference": 1.25e-7, "changedByCompaction": 0,
      ],
    ]
  }

  private func comparison() throws -> Comparison.Result {
    let settings = try Comparison(
      Experiment(data: "<a>.csv"), methods: ["taylor"], measure: .parameters, points: [0.5, 0.125],
      seeds: [42, 43])
    let failure: [String: Any] = [
      "method": "taylor", "point": 0.125, "failure": "no <layers>",
    ]
    return try decoded([
      "comparison": try JSONSerialization.jsonObject(with: JSONEncoder().encode(settings)),
      "parents": [
        [
          "seed": 42, "parameters": 59500, "multiplications": 548, "fileBytes": 5289,
          "accuracy": try share(24, 30),
        ] as [String: Any]
      ],
      "cells": [
        try cell("random", 0.5, 42, right: 15, parameters: 300),
        try cell("random", 0.5, 43, right: 21, parameters: 310),
        try cell("random", 0.125, 42, right: 12, parameters: 80),
        try cell("taylor", 0.5, 42, right: 24, parameters: 301),
        try cell("taylor", 0.5, 43, right: 24, parameters: 301),
        failure.merging(["seed": 42]) { $1 }, failure.merging(["seed": 43]) { $1 },
      ],
    ])
  }

  @Test func aComparisonInMarkdown() throws {
    let document = try comparison().document(command: "espalier compare '<a>.csv'")
    #expect(
      try MarkdownWriter(.text).write(document) == """
        # Pruning methods on \\<a\\>.csv

        ```sh
        espalier compare '<a>.csv'
        ```

        - before pruning, seed 42: 59500 parameters, 548 MACs per sample, 5289 bytes, 80.00 % \
        accuracy on 30 held-out rows

        Accuracy on held-out rows in per cent, mean ± standard deviation over 2 seeds, by the share \
        of parameters kept (column heading).

        | method | 50 % | 12.5 % | above random |
        |---|--:|--:|--:|
        | random | 60.00 ± 14.14 | 40.00 | – |
        | taylor | 80.00 ± 0.00 | – | 1 of 1 |

        Accuracy (R² for a numeric target) on validation rows, and on training rows too where there are \
        fewer than 200, after the last removal, before recovery.

        | method | 50 % | 12.5 % |
        |---|--:|--:|
        | random | 50.00 ± 0.00 | 50.00 |
        | taylor | 50.00 ± 0.00 | – |

        Size after pruning, medians over the seeds; parameters and MACs without the zeros that a mask \
        leaves.

        | method | kept | parameters | MACs per sample | neurons | file bytes | agreement |
        |---|--:|--:|--:|--:|--:|--:|
        | random | 50 % | 305 | 295 | 12 | 4100 | 63.33 % |
        | random | 12.5 % | 80 | 70 | 12 | 4100 | 43.33 % |
        | taylor | 50 % | 301 | 291 | 12 | 4100 | 83.33 % |

        Masked and compacted networks differ by at most 1.2e-07 of the largest output and in 0 \
        predictions, over all prunings.

        Failed:

        - taylor at 12.5 %, seeds 42, 43: no \\<layers\\>

        """)
  }

  @Test func aComparisonAsAPage() throws {
    let document = try comparison().document(command: "espalier compare '<a>.csv'")
    let page = try HTMLWriter().write(document)
    try expectSelfContained(page)
    #expect(page.contains("<p class=\"brand\">Comparison of pruning methods</p>"))
    #expect(page.contains("<h1>Pruning methods on <bdi>&lt;a&gt;.csv</bdi></h1>"))
    #expect(page.contains("espalier compare &#39;&lt;a&gt;.csv&#39;</code></pre>"))
    #expect(page.contains("<svg xmlns") && page.contains("<title>taylor</title>"))
    for row in [
      "<tr><th scope=\"row\">random</th><td class=\"num\" data-key=\"0.6\">60.00 ± 14.14</td>"
        + "<td class=\"num\" data-key=\"0.4\">40.00</td><td class=\"num\">–</td></tr>",
      "<tr><th scope=\"row\">taylor</th><td class=\"num\" data-key=\"0.5\">50\u{A0}%</td>"
        + "<td class=\"num\" data-key=\"301\">301</td>",
    ] { #expect(page.contains(row), "\(row)") }
    #expect(page.contains("<bdi>no &lt;layers&gt;</bdi></li>"))
    #expect(page.contains("from compare.json. The file is self-contained"))
    let chart = try #require(document.images["compare"])
    #expect(malformation(of: chart) == nil && chart.contains("2 methods, 2 points, 2 seeds"))
  }

  private func pruning() throws -> PruningResult {
    func side(_ scale: Int, right: Int) throws -> [String: Any] {
      [
        "parameters": 326 * scale, "weights": 318 * scale, "widths": [2 * scale, 3],
        "multiplications": 318 * scale, "neurons": 9 * scale, "inputs": 4, "flattened": 7,
        "fileBytes": 2000 * scale, "codedBytes": 800, "accuracy": try share(right, 60),
        "error": 1.75 / Double(scale),
      ]
    }
    let time: [String: Any] = ["median": 365.4, "low": 1, "high": 2]
    return try decoded([
      "method": "taylor", "source": "", "goal": "50 % of <all>", "recipe": [String: String](),
      "seed": 1, "before": try side(2, right: 48), "after": try side(1, right: 30),
      "ratios": [
        "parameters": 2, "weights": 12.34, "multiplications": 2, "fileBytes": 0.5, "latency": 1.25,
      ], "agreement": try share(33, 60),
      "equality": [
        "rows": 60, "largestAbsolute": 0, "largestRelative": 2.5e-7, "changedAnswers": 0,
      ] as [String: Any],
      "agreementByClass": ["b": try share(3, 30), "a<": try share(29, 30), "c": try share(0, 0)],
      "changedAnswers": 27, "changed": [Any](), "rounds": [Any](), "warnings": [Any](),
      "latency": [
        "rows": 60, "runs": 31, "before": time, "after": time, "ratio": 0.8, "ratioLow": 0.745,
        "ratioHigh": 0.765,
      ] as [String: Any], "unknownLayers": ["split-1", "odd-2"],
    ])
  }

  /// MACs leave out stored zeros; where there are any, those of a dense runtime are named too.
  @Test func macsWithStoredZerosAreNamed() throws {
    var found = try pruning()
    #expect(!found.document.plain.contains("zeros"))
    found.after.denseMACs = 636
    let text = found.document.plain
    #expect(
      text.contains("MACs per sample  636 -> 318, 2.00x fewer\nMACs with zeros  636 -> 636\n"),
      "\(text)")
    found.before.denseMACs = 700
    #expect(found.document.plain.contains("MACs with zeros  700 -> 636\n"))
  }

  @Test func aPruningAsTextForATerminal() throws {
    #expect(
      try pruning().document.plain == """
        taylor to 50 % of <all>:
        parameters       652 -> 326, 2.00x fewer
        weights          636 -> 318, 12.3x fewer
        MACs per sample  636 -> 318, 2.00x fewer
        file             4000 -> 2000 bytes, 2.00x larger
        compressed model 800 bytes, 3.26x smaller than the 2608 bytes of all parameters
        time             365 -> 365 µs for 60 rows, 1.25x faster (31 alternating runs, ratio 0.745 \
        to 0.765)
        neurons          18 -> 9, inputs 4 -> 4
        layers           4-3 -> 2-3
        flattened units  7 -> 7
        accuracy         48 of 60 (80.00 %, 95 % interval 68.22 to 88.17 %) -> 30 of 60 (50.00 %, \
        95 % interval 37.74 to 62.26 %)
        agreement        33 of 60 (55.00 %, 95 % interval 42.49 to 66.91 %) with the network before \
        pruning
        error            0.8750 -> 1.7500, root mean squared
          by class       a< 29/30, b 3/30, all of the others
        masked and compacted network on 60 rows: largest difference 0 absolute, 2.5e-07 relative, \
        0 changed predictions
        not pruned, unsupported layers: split-1, odd-2

        """)
  }

  @Test func aPruningAsAPage() throws {
    let page = try HTMLWriter().write(pruning().document)
    try expectSelfContained(page)
    #expect(page.contains("taylor to <bdi>50 % of &lt;all&gt;</bdi>:</caption>"))
    #expect(
      page.contains("<tr><th scope=\"row\">weights</th><td>636 -&gt; 318, 12.3x fewer</td></tr>"))
    #expect(page.contains("<bdi>a&lt;</bdi> 29/30, <bdi>b</bdi> 3/30, all of the others</td>"))
  }

  private func expectSelfContained(_ page: String) throws {
    let start = try #require(page.range(of: "<main"))
    let end = try #require(page.range(of: "</main>"))
    #expect(malformation(of: String(page[start.lowerBound..<end.upperBound])) == nil)
    #expect(page.contains("default-src 'none'"))
    #expect(!page.contains("src=\"http") && !page.contains("<link") && !page.contains("@import"))
  }
}
