// Amounts and times in words of the chosen language, and how much is left of a time that the station told.

import { say } from "./words.js";

// s that are left now of `seconds` that were left when this snapshot came; null for no end.
export const leftOf = (screen, seconds) => (seconds === null || seconds === undefined ? null : Math.max(0, seconds - (performance.now() - screen.at) / 1000));

export function litres(ml) {
  const count = (Math.floor(ml / 100) / 10).toString();
  return ml < 1000 ? `${ml} ${say("unit.ml")}` : say("unit.l", { count });
}

export function minutes(total) {
  const hours = Math.floor(total / 60);
  if (hours >= 10 || (hours && total % 60 === 0)) return say("unit.whole_hours", { hours });
  return hours ? say("unit.hours", { hours, minutes: total % 60 }) : say("unit.minutes", { minutes: total });
}

// Short times to the second, long ones to the minute: nobody reads 3:59:12.
export function span(total_s) {
  const whole = Math.ceil(Math.max(0, total_s));
  return whole < 120 ? say("unit.seconds", { count: whole }) : minutes(Math.ceil(whole / 60));
}

export function clock(total_s) {
  const whole = Math.floor(total_s);
  const two = (count) => String(count).padStart(2, "0");
  const [hours, mins, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(mins)}:${two(seconds)}` : `${mins}:${two(seconds)}`;
}

// `iso` is a day, or a day and an hour, of the station's own place; what is none is shown as it is.
export function day(iso) {
  const at = new Date(iso.length > 10 ? iso : `${iso}T12:00`);
  if (Number.isNaN(at.getTime())) return iso;
  const language = document.documentElement.lang;
  const parts = iso.length > 10 ? { weekday: "short", hour: "2-digit", minute: "2-digit" } : { year: "numeric" };
  return new Intl.DateTimeFormat(language, { day: "numeric", month: language === "en" ? "short" : "numeric", ...parts }).format(at);
}
