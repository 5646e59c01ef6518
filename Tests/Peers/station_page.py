"""Drives the agent's page in Chromium.

usage: station_page.py ADDRESS FOLDER

Every line that this prints is a step; the program that started it does what the step asks for and
answers with a line of its own. Screenshots are kept in FOLDER.
"""

import re
import sys

from playwright.sync_api import expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
address, folder = sys.argv[1:3]
expect.set_options(timeout=30_000)


def step(name):
    """Asks the program that started this for something, and waits until it is done."""
    print(name, flush=True)
    assert sys.stdin.readline(), f"nobody answered the step {name}"


def station(page, name):
    return page.locator(f'[data-station="{name}"]')


def signal(page, device, name):
    return page.locator(f'[data-device="{device}"] [data-signal="{name}"]')


def check_facts(page):
    """The lot, and who, what and how, are told; text is text, whatever it holds."""
    oven = station(page, "reflow-1")
    expect(oven.locator('[data-field="lot"]')).to_have_text("PCB-2611-0042")
    expect(oven.locator('[data-field="part"]')).to_have_text("4711 rev C")
    expect(oven.locator('[data-field="work_order"]')).to_have_text("WO-88120")
    expect(oven.locator('[data-field="operator"]')).to_have_text("N. Aziz")
    expect(oven.locator('[data-field="program"]')).to_have_text("SAC305-4711")
    expect(oven.locator('[data-field="since"]')).to_have_text(re.compile(r"^14:09 \("))
    step("markup")
    expect(oven.locator('[data-field="program"]')).to_have_text("<img src=x onerror=alert(1)>")
    expect(oven.locator(".materials li")).to_have_count(2)
    expect(page.locator('[data-field="agent"]')).to_have_text("smt-line-3")
    stand = station(page, "servo-burn-in-2")
    expect(stand.locator('[data-field="lot"]')).to_have_text("No lot")
    expect(stand.locator('[data-field="no-lot"]')).to_contain_text("bound to none")


def check_signals(page):
    """Values as people write them, with age and quality in words."""
    speed = signal(page, "oven-1", "conveyor.speed")
    expect(speed.locator('[data-cell="value"]')).to_have_text("82.5\u00a0cm/min")
    expect(speed.locator('[data-cell="age"]')).to_have_text(re.compile(r"^\d+\.\d s$"))
    expect(speed.locator('[data-cell="quality"]')).to_have_text("good")
    for device, name, value in [
        ("o2-1", "oxygen", "412\u00a0ppm"),
        ("o2-1", "nitrogen_flow", "18.4\u00a0m³/h"),
        ("climate-1", "room.humidity", "46.1\u00a0% RH"),
        ("climate-1", "room.temperature", "23.4\u00a0°C"),
        ("servo-2", "speed", "2998\u00a0rpm"),
        ("servo-2", "torque", "1.27\u00a0N·m"),
    ]:
        expect(signal(page, device, name).locator('[data-cell="value"]')).to_have_text(value)
    bad = signal(page, "oven-1", "zone7.bottom.temperature")
    expect(bad).to_have_attribute("data-quality", "bad")
    expect(bad.locator('[data-cell="quality"]')).to_have_text("out of range")
    expect(bad.locator('[data-cell="meaning"]')).to_contain_text("Check sensor and profile")
    expect(page.locator('[data-device="oven-1"] [data-field="tally"]')).to_have_text(
        "43 signals: 42 good, 1 bad"
    )


def check_profile(page):
    """The drawing holds what was read, where it was read."""
    svg = page.locator('svg[data-oven="oven-1"]')
    expect(svg.locator("[data-band]")).to_have_count(10)
    tops = svg.locator('[data-side="top"]')
    values = [float(point.get_attribute("data-value")) for point in tops.all()]
    expected = [108.6, 129.4, 150.3, 165.5, 174.8, 185.8, 202.9, 233.8, 255.4, 244.3]
    assert values == expected, values
    line = svg.locator('path[data-series="top"]').get_attribute("d")
    points = [tuple(map(float, point[1:].split(","))) for point in line.split()]
    assert len(points) == 10, line
    assert points == sorted(points), "the belt runs from left to right"
    heights = [y for _, y in points]
    # Degrees per pixel are the same for every pair of zones.
    scale = (expected[8] - expected[0]) / (heights[0] - heights[8])
    for value, height in zip(expected, heights):
        drawn = expected[0] + (heights[0] - height) * scale
        assert abs(drawn - value) < 0.3, (drawn, value)
    steps = svg.locator('polyline[data-series="setpoint-top"]').get_attribute("points")
    assert len(steps.split()) == 20, steps
    bottom = svg.locator('path[data-series="bottom"]').get_attribute("d")
    assert [point[0] for point in bottom.split()] == list("MLLLLLMLL"), "the line breaks at zone 7"
    cross = svg.locator('[data-point="zone7.bottom"]')
    assert cross.get_attribute("data-quality") == "bad"
    assert cross.get_attribute("data-value") is None
    expect(svg.locator('[data-number="zone7.bottom"]')).to_have_text("✕ bad")
    expect(svg.locator('[data-number="zone9.top"]')).to_have_text("255.4")
    expect(svg.locator('[data-field="belt"]')).to_have_text("Belt 82.5 cm/min")
    before = svg.locator('rect[data-lot="PCB-2611-0041"]').bounding_box()
    following = svg.locator('rect[data-lot="PCB-2611-0042"]').bounding_box()
    assert abs(following["x"] + following["width"] - before["x"]) < 2, "no gap between the lots"
    assert before["x"] > following["x"], "the lot before is further"
    expect(svg.locator("rect[data-board]")).to_have_count(2)
    expect(svg.locator("rect.board.unsure")).to_have_count(1)


def check_words(page):
    """The words that no state of the line shows in this test."""
    words = page.evaluate(
        """async () => {
          const words = await import("/words.js");
          const now = Date.parse("2026-11-24T14:32:05Z");
          const signal = { quality: "good", at: "2026-11-24T14:32:02Z", period_ms: 1000 };
          const uplink = { since: "2026-11-22T09:05:00Z", backlog: 1 };
          return {
            units: ["Cel", "%", "%{RH}", "[ppm]", "cm/min", "mm/s2", "uS/cm", "kW.h", "1", null]
              .map(words.unitText),
            spans: [-5, 0, 400, 9940, 9960, 89000, 90000, 3.6e6, 7.5e6, 2e8].map(words.spanText),
            sizes: [0, 999, 1000, 12418048, 3.2e9].map(words.sizeText),
            values: [[1.5, 2], [-3, 0], [true, 0], ["x", 3], [undefined, 0], [1e-7, 0]]
              .map(([value, decimals]) => words.valueText(value, decimals)),
            fresh: words.qualityOf(signal, now).word,
            old: words.qualityOf(signal, now + 1).word,
            refused: words.qualityOf({ quality: "exception_2" }, now).word,
            unknown: words.qualityOf({ quality: "some_new_code" }, now).word,
            uplinks: ["starting", "connected", "away", "refused"].map((state) => {
              const { tone, text } = words.uplinkWords({ ...uplink, state }, now);
              return `${tone}: ${text}`;
            }),
            behind: words.uplinkWords({ ...uplink, state: "connected", backlog: 1284 }, now).text,
          };
        }"""
    )
    expected = {
        "units": ["°C", "%", "% RH", "ppm", "cm/min", "mm/s²", "µS/cm", "kW·h", "", ""],
        "spans": [
            "0.0 s", "0.0 s", "0.4 s", "9.9 s", "10 s", "89 s", "1 min", "1 h", "2 h 5 min", "2 days",
        ],
        "sizes": ["0 bytes", "999 bytes", "1.0 kB", "12.4 MB", "3.2 GB"],
        "values": ["1.50", "−3", "on", "x", "–", "1.00e−7"],
        "fresh": "good",
        "old": "stale",
        "refused": "refused (exception 2)",
        "unknown": "some new code",
        "uplinks": [
            "calm: Recording locally, calling the hub, 1 record waiting",
            "good: Hub up to date",
            "calm: Recording locally, hub away since 22 Nov, 09:05, 1 record waiting",
            "bad: The hub refuses this journal since 22 Nov, 09:05, 1 record waiting. "
            "Somebody must look.",
        ],
        "behind": "Sending to the hub, 1,284 records to go",
    }
    for name, value in expected.items():
        assert words[name] == value, (name, words[name])


def check_record(page):
    expect(page.locator('[data-field="journal"]')).to_have_text(
        "Journal at record 48,213, 12.4 MB"
    )
    uplink = page.locator('[data-uplink="plant"]')
    expect(uplink.locator('[data-field="uplink-state"]')).to_have_text(
        "Recording locally, hub away since 14:02, 1,284 records waiting"
    )
    assert uplink.get_attribute("data-tone") == "calm", "a hub that is away is no error"


def check_live(page):
    """What changes is shown, in the nodes that are there already."""
    row = signal(page, "oven-1", "zone1.top.temperature")
    row.evaluate("row => { row.marked = true; }")
    step("drift")
    expect(row.locator('[data-cell="number"]')).to_have_text("111.6")
    point = page.locator('svg[data-oven="oven-1"] [data-point="zone1.top"]')
    expect(point).to_have_attribute("data-value", "111.6")
    assert row.evaluate("row => row.marked"), "the row was built anew"
    step("silence")
    silence = page.locator('[data-device="servo-2"] [data-field="silence"]')
    expect(silence).to_contain_text("No answer since 14:30")
    expect(silence).to_contain_text(
        "Check power, network or serial port. It is asked every 5.0 s whether it is back."
    )
    step("age")
    stale = signal(page, "o2-1", "oxygen")
    expect(stale.locator('[data-cell="quality"]')).to_have_text("stale")
    step("hub back")
    expect(page.locator('[data-field="uplink-state"]')).to_have_text("Hub up to date")


def check_commands(page):
    """A lot is started with the keyboard alone, as a scanner does it, and ended in two steps."""
    stand = station(page, "servo-burn-in-2")
    form = stand.locator('[data-form="start-lot"]')
    form.locator('input[name="lot"]').focus()
    # So slow that no scanner is recognised.
    page.keyboard.type("10LOT21", delay=80)
    page.keyboard.press("Control+]")
    page.keyboard.type("SN", delay=80)
    for text in ["", "ACT-900", "WO-1", "P. Kumar"]:
        if text:
            page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(form.locator('[data-field="problem"]')).to_contain_text("several elements")
    form.locator('input[name="lot"]').fill("BUSY")
    page.keyboard.press("Enter")
    expect(form.locator('[data-field="problem"]')).to_have_text(
        "servo-burn-in-2 works on lot ACT-41; end it first: lotline lot end servo-burn-in-2"
    )
    stand.screenshot(path=f"{folder}/station-problem.png")
    form.locator('input[name="lot"]').fill("ACT-42")
    step("commands work")
    page.keyboard.press("Enter")
    expect(stand.locator('[data-field="lot"]')).to_have_text("ACT-42")
    expect(stand.locator('[data-field="operator"]')).to_have_text("P. Kumar")
    expect(stand.locator('[data-field="receipt"]')).to_contain_text("works on lot ACT-42")
    expect(form).to_be_hidden()
    stand.locator('[data-action="end-lot"]').click()
    stand.locator('[data-action="end-lot-yes"]').click()
    expect(stand.locator('[data-field="lot"]')).to_have_text("No lot")


def check_crew(page):
    """A badge signs on, a second one takes over, and the one who is there starts lots unnamed."""
    stand = station(page, "servo-burn-in-2")
    form = stand.locator('[data-form="sign-on"]')
    expect(stand.locator('[data-field="nobody"]')).to_be_visible()
    form.locator('input[name="badge"]').focus()
    page.keyboard.type("P. Kumar")
    page.keyboard.press("Enter")
    expect(stand.locator('[data-operator="P. Kumar"]')).to_contain_text("P. Kumar, since")
    expect(stand.locator('[data-field="nobody"]')).to_be_hidden()
    start = stand.locator('[data-form="start-lot"]')
    assert start.locator('input[name="operator"]').get_attribute("required") is None
    form.locator('input[name="replace"]').check()
    form.locator('input[name="badge"]').fill("J. Lim")
    page.keyboard.press("Enter")
    expect(stand.locator('[data-operator="J. Lim"]')).to_have_count(1)
    expect(stand.locator('[data-operator="P. Kumar"]')).to_have_count(0)
    stand.locator('[data-operator="J. Lim"] [data-action="sign-off"]').click()
    expect(stand.locator('[data-field="nobody"]')).to_be_visible()


def check_undo(page):
    """One touch takes back a lot and a badge: they end, and a correction says who says so."""
    stand = station(page, "servo-burn-in-2")
    form = stand.locator('[data-form="start-lot"]')
    undo = stand.locator('[data-form="undo"]')
    for name, text in [("lot", "ACT-77"), ("part", "9-1"), ("work_order", "WO-1"), ("operator", "J. Lim")]:
        form.locator(f'input[name="{name}"]').fill(text)
    page.keyboard.press("Enter")
    expect(stand.locator('[data-field="lot"]')).to_have_text("ACT-77")
    expect(undo).to_contain_text("Wrong lot? ACT-77 ends")
    expect(undo.locator("input")).to_have_value("J. Lim")
    undo.locator("input").fill("N. Aziz")
    with page.expect_request("**/v1/corrections") as request:
        undo.locator("button").click()
    correction = request.value.post_data_json
    assert (correction["what"], correction["by"], correction["lot"]) == ("never_was", "N. Aziz", "ACT-77")
    assert isinstance(correction["record"], int)
    expect(stand.locator('[data-field="lot"]')).to_have_text("No lot")
    expect(undo).to_be_hidden()
    sign_on = stand.locator('[data-form="sign-on"]')
    sign_on.locator('input[name="badge"]').fill("J. Lim")
    page.keyboard.press("Enter")
    expect(undo).to_contain_text("Wrong badge? J. Lim is signed off")
    with page.expect_request("**/v1/corrections") as request:
        undo.locator("button").click()
    correction = request.value.post_data_json
    assert (correction["what"], correction["operator"]) == ("operator", "J. Lim")
    assert correction["was_there"] is False and correction["from"].endswith("Z")
    expect(stand.locator('[data-field="nobody"]')).to_be_visible()
    expect(undo).to_be_hidden()


def check_hand_over_undo(page):
    """A hand-over to the wrong badge is taken back: whom it signed off is there again, and always was."""
    stand = station(page, "servo-burn-in-2")
    undo = stand.locator('[data-form="undo"]')
    sign_on = stand.locator('[data-form="sign-on"]')
    sign_on.locator('input[name="badge"]').fill("P. Kumar")
    page.keyboard.press("Enter")
    expect(stand.locator('[data-operator="P. Kumar"]')).to_have_count(1)
    sign_on.locator('input[name="replace"]').check()
    sign_on.locator('input[name="badge"]').fill("J. Lim")
    page.keyboard.press("Enter")
    expect(stand.locator('[data-operator="P. Kumar"]')).to_have_count(0)
    expect(undo).to_contain_text("J. Lim is signed off")
    expect(undo).to_contain_text("P. Kumar: signed on again")
    said = []
    page.on("request", lambda request: said.append((request.method, request.post_data_json))
            if re.search("/v1/corrections|/operators", request.url) else None)
    undo.locator("button").click()
    expect(stand.locator('[data-operator="P. Kumar"]')).to_have_count(1)
    expect(stand.locator('[data-operator="J. Lim"]')).to_have_count(0)
    expect(undo).to_be_hidden()
    assert [method for method, _ in said] == ["DELETE", "POST", "POST", "POST"], said
    gone, back, there = (body for _, body in said[1:])
    assert (gone["operator"], gone["was_there"]) == ("J. Lim", False)
    assert back == {"operator": "P. Kumar"}
    assert (there["operator"], there["was_there"]) == ("P. Kumar", True)
    assert there["from"] == gone["from"] and "to" not in there
    stand.locator('[data-operator="P. Kumar"] [data-action="sign-off"]').click()
    expect(stand.locator('[data-field="nobody"]')).to_be_visible()


def check_boards(page):
    """A board that did not come out of the oven is told at its station, until it is found."""
    problems = station(page, "reflow-1").locator(".board-problems")
    expect(problems).to_be_hidden()
    step("overdue")
    expect(problems.locator("li")).to_have_text(
        ["reflow-1: board SN-12 did not come to the exit when it should have."]
    )
    expect(station(page, "servo-burn-in-2").locator(".board-problems")).to_be_hidden()
    step("found")
    expect(problems).to_be_hidden()


def check_lanes(page):
    """Each lane has its lot, and the form starts one on the lane that is free."""
    step("lanes")
    oven = station(page, "reflow-1")
    front = oven.locator('[data-lane="front"]')
    expect(front.locator('[data-field="lot"]')).to_have_text("PCB-2611-0042")
    expect(front.locator('[data-field="quantity"]')).to_have_text("40 pieces")
    expect(front.locator('[data-field="units"]')).to_have_text("2 inside, 11 left, 1 scrapped")
    expect(front.locator('[data-field="notes"]')).to_have_text("Doubtful: lot elsewhere")
    expect(oven.locator('[data-lane="rear"] [data-field="lot"]')).to_have_text("No lot")
    lanes = oven.locator('select[name="lane"] option')
    expect(lanes).to_have_text(["rear"])
    oven.screenshot(path=f"{folder}/station-lanes.png")


def check_scans(page):
    """A scanner types anywhere on the page; people who type are none."""
    echo = page.locator("#scan .echo")
    summary = page.locator('[data-field="scan-summary"]')
    page.locator('[data-field="scan-station"]').select_option("servo-burn-in-2")
    expect(echo).to_be_hidden()
    page.keyboard.type("HELLO", delay=150)
    page.keyboard.press("Enter")
    expect(echo).to_be_hidden()
    page.keyboard.type("]C110LOT-42")
    page.keyboard.press("Control+]")
    page.keyboard.type("21SN0001")
    page.keyboard.press("Enter")
    expect(summary).to_have_text("servo-burn-in-2 works on lot LOT-42")
    expect(page.locator('[data-field="scan-elements"]')).to_contain_text("LOT-42")
    expect(page.locator('[data-field="scan-undo"]')).to_contain_text("Wrong lot?")
    page.screenshot(path=f"{folder}/station-scan.png")
    page.keyboard.type("10LOT21SN")
    page.keyboard.press("Enter")
    expect(echo).to_have_attribute("data-state", "refused")
    expect(summary).to_have_text("it is ambiguous")
    page.screenshot(path=f"{folder}/station-scan-ambiguous.png")
    page.get_by_role("button", name="The label says lot LOT", exact=True).click()
    expect(summary).to_have_text("servo-burn-in-2 works on lot LOT")
    # A plain code in a field is what people would type; one of several elements is a scan.
    field = station(page, "servo-burn-in-2").locator('input[name="lot"]')
    field.fill("was here")
    page.keyboard.type("10LOT-43")
    page.keyboard.press("Control+]")
    page.keyboard.type("21SN")
    page.keyboard.press("Enter")
    expect(summary).to_have_text("servo-burn-in-2 works on lot LOT-43")
    # In place of Ctrl+] the configuration names F8.
    page.keyboard.type("10LOT-44")
    page.keyboard.press("F8")
    page.keyboard.type("21SN")
    page.keyboard.press("Enter")
    expect(summary).to_contain_text("LOT-44")
    # At a station with lanes, a scan is for one of them; in a field it would be for the field's station.
    page.evaluate("document.activeElement.blur()")
    page.locator('[data-field="scan-station"]').select_option("reflow-1 rear")
    with page.expect_request("**/reflow-1/scans") as request:
        page.keyboard.type("10LOT-45")
        page.keyboard.press("F8")
        page.keyboard.type("21SN")
        page.keyboard.press("Enter")
    assert request.value.post_data_json["lane"] == "rear"


def check_held(page):
    """A hold that comes while the lot runs is told in words, and the lists in force are named."""
    front = station(page, "reflow-1").locator('[data-lane="front"]')
    expect(front.locator('[data-field="held"]')).to_be_hidden()
    step("held")
    expect(front.locator('[data-field="held"]')).to_have_text(
        "Held: lot PCB-2611-0042 is on hold (solder <voids>)."
    )
    expect(front).to_have_attribute("data-held", "yes")
    expect(page.locator('[data-field="lists"]')).to_have_text("Lists in force: work orders 17")
    # The list of work orders knows the part, and no list knows the lot's work order.
    form = station(page, "reflow-1").locator('[data-form="start-lot"]')
    assert form.locator('input[name="part"]').get_attribute("required") is None
    assert form.locator('input[name="work_order"]').get_attribute("required") is not None


def check_timestamps(page):
    """Up to where the journal is time-stamped, by whom, and that the authority is away now."""
    line = page.locator('[data-field="timestamps"]')
    expect(line).to_be_hidden()
    step("stamped")
    expect(line).to_have_text("Time-stamped up to record 40,698")
    footer = page.locator("footer.record")
    expect(footer).to_contain_text("ago by Plant <TSA>; none from http://timestamp.example/tsr since")
    expect(footer).to_contain_text("it did not answer in time")
    expect(line.locator("xpath=..")).to_have_attribute("data-tone", "calm")


def check_doubts(page):
    """Material that has expired and an instrument that is overdue are told; values stay good."""
    oven = station(page, "reflow-1")
    expect(oven.locator("[data-instrument]")).to_have_count(0)
    step("doubt")
    paste = oven.locator(".materials li", has_text="P-2611-77")
    expect(paste.locator('[data-field="material-doubts"]')).to_have_text(
        "it expired; take another lot"
    )
    expect(oven.locator('[data-instrument="O2-17"]')).to_have_text(
        "the calibration of O2-17 was due"
    )
    oxygen = signal(page, "o2-1", "oxygen")
    expect(oxygen).to_have_attribute("data-quality", "good")
    expect(oxygen).to_have_attribute("data-calibration", "overdue")
    expect(oxygen.locator('[data-cell="meaning"]')).to_have_text("O2-17: calibration overdue")
    expect(oven.locator("[data-instrument]")).to_have_count(1)


def check_offline(page):
    step("stop")
    state = page.locator("[data-field='connection']")
    expect(state).to_have_text("OFFLINE")
    banner = page.locator('[data-field="banner"]')
    expect(banner).to_contain_text("no connection to the agent")
    expect(banner).to_contain_text("keeps recording")
    front = station(page, "reflow-1").locator('[data-lane="front"] [data-field="lot"]')
    expect(front).to_have_text("PCB-2611-0042")
    page.screenshot(path=f"{folder}/station-offline.png")
    step("start again")
    expect(state).to_have_text("LIVE")
    expect(banner).to_be_hidden()
    expect(page.locator('[data-field="journal"]')).to_contain_text("50,000")


def picture(browser, name, scheme, width, height):
    """The page as it looks to somebody, on the screen and in its whole length."""
    page = browser.new_page(
        color_scheme=scheme, timezone_id="UTC", viewport={"width": width, "height": height}
    )
    page.goto(address)
    expect(page.locator('[data-field="connection"]')).to_have_text("LIVE")
    expect(page.locator('[data-point="zone10.top"]')).to_have_count(1)
    too_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not too_wide, f"{name}: the page is wider than the screen"
    page.screenshot(path=f"{folder}/{name}.png")
    page.locator("figure").screenshot(path=f"{folder}/{name}-oven.png")
    # The bar that stays at the window's foot would hide what lies behind it.
    page.locator("footer").evaluate("footer => { footer.style.position = 'static'; }")
    page.screenshot(path=f"{folder}/{name}-whole.png", full_page=True)
    page.close()


def check_without_script(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    advice = page.locator("#without-script")
    expect(advice).to_be_visible()
    expect(advice).to_contain_text("lotline status")
    context.close()


step("ready")
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    picture(browser, "station-light", "light", 1360, 1000)
    picture(browser, "station-dark", "dark", 1360, 1000)
    picture(browser, "station-phone", "light", 390, 844)
    check_without_script(browser)

    page = browser.new_page(timezone_id="UTC", viewport={"width": 1360, "height": 900})
    complaints = []

    def note(message):
        # A refused command shows up as a failed resource, which is what it is.
        is_refusal = re.search("status of (409|422)", message.text)
        if message.type == "error" and not is_refusal:
            complaints.append(message.text)

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", note)
    page.goto(address)
    expect(page.locator('[data-field="connection"]')).to_have_text("LIVE")
    expect(page.locator("#without-script")).to_have_count(0)
    check_facts(page)
    check_signals(page)
    check_profile(page)
    check_doubts(page)
    check_record(page)
    check_words(page)
    check_live(page)
    check_commands(page)
    check_crew(page)
    check_undo(page)
    check_hand_over_undo(page)
    check_boards(page)
    check_lanes(page)
    check_scans(page)
    check_held(page)
    check_timestamps(page)
    assert not complaints, complaints
    page.remove_listener("console", note)
    check_offline(page)
    browser.close()
print("done", flush=True)
