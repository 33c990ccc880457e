// How large one rem is. The layout is drawn for 800x480 (landscape) or 480x800 (portrait) at 16 px and grows with the screen.

const TARGET_MM = 9.5; // a gloved finger
const TARGET_REM = 3.75;

// `?inch=10.1` in the address tells the diagonal of the screen: then targets are never below TARGET_MM, even if the page must scroll.
export function setScale() {
  const { innerWidth: width, innerHeight: height } = window;
  const [wide, high] = width >= height ? [800, 480] : [480, 800];
  const fits = 16 * Math.min(width / wide, height / high);
  const inch = Number(new URLSearchParams(location.search).get("inch"));
  const px_per_mm = inch > 0 ? Math.hypot(width, height) / (inch * 25.4) : 0;
  const needs = (TARGET_MM * px_per_mm) / TARGET_REM;
  document.documentElement.style.setProperty("font-size", `${Math.min(48, Math.max(16, fits, needs)).toFixed(2)}px`);
}
