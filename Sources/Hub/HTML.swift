internal import Telemetry

/// The frame that all pages share, and the one way in which text enters them.
enum HTML {
  /// Text as the content of an element or of a quoted attribute.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// A link to the trace of a lot.
  static func lotLink(_ lot: String) -> String {
    "<a href=\"/trace?lot=\(PercentEncoding.encode(lot))\">\(escaped(lot))</a>"
  }

  static func page(title: String, body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(escaped(title)) · Lotline</title>
    <style>\(style)</style>
    </head>
    <body>
    <header>
    <nav><a class="home" href="/">Lotline hub</a> <a href="/lists">Lists</a></nav>
    <form action="/trace" method="get" role="search">
    <label>Lot <input name="lot" required maxlength="128" autocomplete="off"></label>
    <button>Trace</button>
    </form>
    </header>
    <main>
    <h1>\(escaped(title))</h1>
    \(body)
    </main>
    </body>
    </html>

    """
  }

  private static let style = """
    :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent);
      --soft: color-mix(in srgb, currentColor 65%, transparent); }
    * { box-sizing: border-box; }
    body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
    header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center;
      justify-content: space-between; padding: .75rem 1.5rem; border-bottom: 1px solid var(--line); }
    .home { font-weight: 700; text-decoration: none; color: inherit; }
    main { max-width: 70rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
    h1 { font-size: 1.6rem; margin: .5rem 0; }
    h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
    h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
    input, button { font: inherit; padding: .25rem .5rem; }
    table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
    th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top;
      border-bottom: 1px solid var(--line); }
    th { font-weight: 600; color: var(--soft); }
    .n { text-align: right; font-variant-numeric: tabular-nums; }
    .soft { color: var(--soft); }
    .bad { color: #c62828; font-weight: 600; }
    ul.tree, ul.tree ul { list-style: none; padding-left: 1.25rem; margin: 0; }
    ul.tree li { border-left: 1px solid var(--line); padding: .1rem 0 .1rem .75rem; }
    .scroll { overflow-x: auto; }
    @media (prefers-color-scheme: dark) { .bad { color: #ff8a80; } }
    """
}
