"""Draws benches/costs.svg from the table in benches/RESULTS.md: cost against size, both on logarithmic scales, with the fitted lines."""

import html
import math
import pathlib
import sys

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 900, 520, 70, 50, 20, 330
COLOURS = ["#1b6ca8", "#c0392b", "#1e8449", "#b9770e", "#6c3483", "#566573"]
UNITS = {"us": 1.0, "ms": 1e3, "s": 1e6}


def lines(results):
    """Of every line of the table: what, along what, the points in microseconds, and the exponent."""
    table = results.split("## How cost grows", 1)[1].split("## ", 1)[0]
    for row in table.splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if len(cells) != 5 or ":" not in cells[2]:
            continue
        points = []
        for point in cells[2].split(", "):
            size, cost = point.split(": ")
            value, unit = cost.split(" ")
            points.append((float(size), float(value) * UNITS[unit]))
        yield cells[0], cells[1], points, float(cells[3])


def draw(series):
    sizes = [size for _, _, points, _ in series for size, _ in points]
    costs = [cost for _, _, points, _ in series for _, cost in points]
    decades = lambda values: (math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))))
    (x_from, x_to), (y_from, y_to) = decades(sizes), decades(costs)
    x = lambda size: LEFT + (math.log10(size) - x_from) / (x_to - x_from) * (WIDTH - LEFT - RIGHT)
    y = lambda cost: HEIGHT - BOTTOM - (math.log10(cost) - y_from) / (y_to - y_from) * (HEIGHT - BOTTOM - TOP)
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
           f'<title>Cost against size, with fitted exponents</title><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for power in range(x_from, x_to + 1):
        svg.append(f'<path d="M{x(10**power):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
                   f'<text x="{x(10**power):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10**power:,}</text>')
    names = {0: "1 us", 1: "10 us", 2: "100 us", 3: "1 ms", 4: "10 ms", 5: "100 ms", 6: "1 s", 7: "10 s"}
    for power in range(y_from, y_to + 1):
        svg.append(f'<path d="M{LEFT} {y(10.0**power):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 6}" y="{y(10.0**power) + 4:.1f}" text-anchor="end">{names.get(power, f"1e{power} us")}</text>')
    svg.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">size: parameters, samples, bits or instances</text>')
    for number, (work, along, points, exponent) in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        # The fitted line goes through the middle of the logarithms.
        middle = [sum(math.log10(pair[i]) for pair in points) / len(points) for i in (0, 1)]
        fitted = lambda size: 10 ** (middle[1] + exponent * (math.log10(size) - middle[0]))
        first, last = points[0][0], points[-1][0]
        svg.append(f'<path d="M{x(first):.1f} {y(fitted(first)):.1f}L{x(last):.1f} {y(fitted(last)):.1f}" stroke="{colour}" fill="none"/>')
        svg += [f'<circle cx="{x(size):.1f}" cy="{y(cost):.1f}" r="3.5" fill="{colour}"/>' for size, cost in points]
        top = TOP + 14 + 40 * number
        work = work if len(work) < 40 else work.split(" ")[0] + ", three claims"
        svg.append(f'<circle cx="{WIDTH - RIGHT + 20}" cy="{top - 4}" r="3.5" fill="{colour}"/>'
                   f'<text x="{WIDTH - RIGHT + 32}" y="{top}">{html.escape(work)}, by {html.escape(along)}</text>'
                   f'<text x="{WIDTH - RIGHT + 32}" y="{top + 16}" fill="#555">exponent {exponent:.2f}</text>')
    return "\n".join([*svg, "</svg>"]) + "\n"


def main(results):
    series = list(lines(results.read_text()))
    if not series:
        sys.exit(f"{results}: no table of costs")
    (results.parent / "costs.svg").write_text(draw(series))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
