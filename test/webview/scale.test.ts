import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { css, rampColour, shareColour } from "../../webview/scale.ts";
import type { Rgb, ThemeKind } from "../../webview/scale.ts";

const KINDS: readonly ThemeKind[] = ["light", "dark", "hc", "hc-light"];

/** Relative luminance as WCAG 2 defines it, by which people of every colour vision tell light from dark. */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((c) =>
    c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (a: Rgb, b: Rgb): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

const BACKGROUND: Readonly<Record<ThemeKind, Rgb>> = {
  light: [248, 248, 248],
  dark: [24, 24, 24],
  hc: [0, 0, 0],
  "hc-light": [255, 255, 255],
};

suite("the colour scale of shares", () => {
  for (const kind of KINDS) {
    test(`${kind}: a vanishing layer is blue, an exploding one red, a healthy one neither`, () => {
      const [vanishing, healthy, exploding] = [-6, 0, 6].map((share) => shareColour(share, kind));
      assert.ok(vanishing[2] > vanishing[0] + 50, String(vanishing));
      assert.ok(exploding[0] > exploding[2] + 50, String(exploding));
      assert.ok(Math.max(...healthy) - Math.min(...healthy) < 10, String(healthy));
    });

    test(`${kind}: it changes all the way from 10⁻¹² to 10¹²`, () => {
      const colours = Array.from({ length: 13 }, (_, i) => css(shareColour(i * 2 - 12, kind)));
      assert.equal(new Set(colours).size, colours.length);
    });

    test(`${kind}: both ends stand out from the background, as WCAG asks of graphics`, () => {
      for (const share of [-12, 12, Infinity, -Infinity]) {
        const ratio = contrast(shareColour(share, kind), BACKGROUND[kind]);
        assert.ok(ratio >= 3, `${share}: ${ratio.toFixed(2)}`);
      }
    });

    // Without red and green cones' difference, red − green is lost and blue against yellow is kept.
    test(`${kind}: the ends stay apart where red and green look alike`, () => {
      const [vanishing, exploding] = [-6, 6].map((share) => shareColour(share, kind));
      const yellowness = ([r, g, b]: Rgb): number => (r + g) / 2 - b;
      assert.ok(yellowness(exploding) - yellowness(vanishing) > 80);
    });

    test(`${kind}: NaN and ∞ share a colour that no share has`, () => {
      const broken = css(shareColour(NaN, kind));
      assert.equal(broken, css(shareColour(Infinity, kind)));
      for (let share = -16; share <= 16; share++) assert.notEqual(css(shareColour(share, kind)), broken);
    });

    test(`${kind}: the ramp gains contrast with its value`, () => {
      const ratios = [0, 0.5, 1].map((t) => contrast(rampColour(t, kind), BACKGROUND[kind]));
      assert.ok(ratios[0] < ratios[1] && ratios[1] < ratios[2], String(ratios));
    });
  }

  test("a gradient of exactly 0 has the blue end's colour", () => {
    assert.deepEqual(shareColour(-Infinity, "dark"), [70, 160, 255]);
  });
});
