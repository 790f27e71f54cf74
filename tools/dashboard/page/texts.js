/* Every word of the page. To translate it, add a language here; the browser's own is chosen. */
const en = {
  "language": "en",
  "decimal": ".",
  "unit.s": "s",

  "wait.connect": "One moment",
  "wait.connect.words": "Looking for rollscope on this machine …",
  "wait.key": "This page needs its key",
  "wait.key.words": "Open it with the whole address that rollscope printed, the part after # included.",
  "wait.mat": "Waiting for the mat",
  "wait.mat.words": "The session begins as soon as the first picture arrives.",

  "mat.none": "No mat found. Plug it in.",
  "mat.silent": "The mat is silent",
  "mat.cells": "{good} of {cells} cells good",
  "mat.rate": " · {rate} Hz",
  "mat.away": "The page has lost rollscope",
  "before.title": "Ready when you are",
  "before.health": "{device} found: {good} of {cells} cells good.",
  "before.nomat": "No mat found. Plug it in; it is recognised by itself.",
  "before.unknown": "The mat is looked for when the session starts.",
  "before.optional": "Everything above is optional. Nothing that names a person is needed.",
  "choice.body_part": "Body part",
  "choice.side": "Side",
  "choice.tool": "Tool",
  "body_part": ["calf", "thigh, front", "thigh, outside", "thigh, back", "buttock", "lower back", "upper back", "shoulder", "foot"],
  "side": ["left", "right", "both"],
  "tool": ["foam roller", "massage ball", "two balls", "vibrating roller"],

  "scale.still": "stays",
  "scale.moving": "moves",
  "scale.kpa": "{value} kPa",
  "picture.empty": "The mat, nothing on it",
  "picture.words": "The mat: {force} newton, at most {peak} kilopascal, {share} percent of it moving",

  "count.name": "strokes",
  "count.more": "{cycles} there and back · {slow_deep} slow and deep",
  "tempo.name": "Tempo",
  "tempo.unit": "a minute",
  "tempo.slow": "slow",
  "tempo.fast": "too fast",
  "tempo.words": "{speed} millimetres a second; slow is up to {slow}",
  "hold.name": "Hold",
  "hold.sum": "{holds} so far, {total} together",
  "hold.none": "none so far",
  "depth.name": "Depth",
  "depth.deep": "deep",
  "vibration": "vibrates, {rate} Hz",
  "vibration.fast": "vibrates, too fast to measure",
  "spots.name": "Hot spots",
  "spots.none": "None found so far. They show after three passes.",
  "spots.words": "Hot spot {name}, {strokes} strokes, {words}. Chosen, pain and notes are about it.",
  "spots.place": "{x}, {y} mm · {kpa} kPa",
  "spots.pain": "pain {value}",
  "spots.some": "{count} more",
  "spots.well": "enough",
  "spots.done": "done",

  "advice.paused": "Paused. Still recording.",
  "advice.hold": "You are holding. Keep moving.",
  "advice.slower": "Slower",
  "advice.more": "{count} more here",
  "advice.enough": "Enough here. Move on.",
  "numbers": ["none", "One", "Two", "Three", "Four", "Five", "Six"],

  "pain.name": "Pain now",
  "pain.spot": "Pain at {name}",
  "pain.words": "pain {value} of 10",
  "pain.kept": "Pain {value} noted",
  "note.title": "Note",
  "note.spot": "Note on hot spot {name}",
  "note.label": "In your own words",
  "note.quick": ["changed position", "tender here", "cramp", "pressure reduced"],
  "note.kept": "Note kept",

  "action.start": "Start",
  "action.pause": "Pause",
  "action.resume": "Go on",
  "action.stop": "Stop",
  "action.note": "Note",
  "action.keep": "Keep",
  "action.cancel": "Cancel",
  "action.next": "New session",
  "action.csv": "Save CSV",
  "action.json": "Save JSON",
  "action.play": "Play",
  "action.halt": "Halt",
  "theme.dark": "Dark",
  "theme.light": "Light",

  "after.title": "Session over",
  "after.lead": "{duration} · {place}",
  "after.file": "Recorded in {file}",
  "figure.strokes": "strokes",
  "figure.slow_deep": "slow and deep",
  "figure.holds": "holding",
  "figure.tempo": "strokes a minute",
  "figure.force": "force on average",
  "figure.pain": "pain, first and last",
  "figure.pain.once": "pain",
  "timeline.name": "What happened when",
  "key.deep": "stroke, slow and deep",
  "key.stroke": "other stroke",
  "key.hold": "hold",
  "key.pain": "pain",
  "timeline.scrub": "Time in the session",
  "timeline.nothing": "nothing",
  "timeline.stroke": "stroke {id}: {travel} mm at {speed} mm/s, {force} N",
  "timeline.hold": "hold {id}: {duration} s, {force} N",

  "alarm.mat": "The mat has gone silent. Check its cable; recording goes on when it is back.",
  "alarm.lost": "{count} pictures of the mat were lost.",
  "alarm.server": "No connection to rollscope. Trying again …",
  "alarm.over": "rollscope has ended. What you see stays until you close the page.",
  "alarm.refused": "That did not work: {why}"
};

const de = {
  ...en,
  "language": "de",
  "decimal": ",",
  "wait.connect": "Einen Moment",
  "wait.connect.words": "Rollscope wird gesucht …",
  "wait.key": "Diese Seite braucht ihren Schlüssel",
  "wait.key.words": "Bitte die ganze Adresse öffnen, die rollscope nennt, auch den Teil nach #.",
  "wait.mat": "Warten auf die Matte",
  "wait.mat.words": "Die Sitzung beginnt mit dem ersten Bild.",
  "mat.none": "Keine Matte gefunden. Bitte einstecken.",
  "mat.silent": "Die Matte schweigt",
  "mat.cells": "{good} von {cells} Zellen gut",
  "mat.away": "Keine Verbindung zu rollscope",
  "before.title": "Bereit, wenn Sie es sind",
  "before.health": "{device} gefunden: {good} von {cells} Zellen gut.",
  "before.nomat": "Keine Matte gefunden. Einstecken genügt, sie wird von selbst erkannt.",
  "before.unknown": "Die Matte wird beim Start gesucht.",
  "before.optional": "Alles hier ist freiwillig. Kein Name wird gebraucht.",
  "choice.body_part": "Körperteil",
  "choice.side": "Seite",
  "choice.tool": "Gerät",
  "body_part": ["Wade", "Oberschenkel vorn", "Oberschenkel außen", "Oberschenkel hinten", "Gesäß", "unterer Rücken", "oberer Rücken", "Schulter", "Fuß"],
  "side": ["links", "rechts", "beide"],
  "tool": ["Faszienrolle", "Massageball", "zwei Bälle", "Vibrationsrolle"],
  "scale.still": "bleibt",
  "scale.moving": "bewegt sich",
  "picture.empty": "Die Matte, leer",
  "picture.words": "Die Matte: {force} Newton, höchstens {peak} Kilopascal, {share} Prozent davon in Bewegung",
  "count.name": "Züge",
  "count.more": "{cycles} hin und her · {slow_deep} langsam und tief",
  "tempo.unit": "in der Minute",
  "tempo.slow": "langsam",
  "tempo.fast": "zu schnell",
  "tempo.words": "{speed} Millimeter in der Sekunde; langsam ist bis {slow}",
  "hold.name": "Halten",
  "hold.sum": "{holds} bisher, zusammen {total}",
  "hold.none": "bisher keines",
  "depth.name": "Tiefe",
  "depth.deep": "tief",
  "vibration": "vibriert, {rate} Hz",
  "vibration.fast": "vibriert, zu schnell zum Messen",
  "spots.name": "Druckpunkte",
  "spots.none": "Bisher keine. Sie zeigen sich nach drei Zügen.",
  "spots.words": "Druckpunkt {name}, {strokes} Züge, {words}. Gewählt gelten Schmerz und Notiz für ihn.",
  "spots.pain": "Schmerz {value}",
  "spots.some": "noch {count}",
  "spots.well": "genug",
  "spots.done": "fertig",
  "advice.paused": "Pause. Die Aufnahme läuft.",
  "advice.hold": "Sie halten. Bewegen Sie sich weiter.",
  "advice.slower": "Langsamer",
  "advice.more": "Noch {count} hier",
  "advice.enough": "Hier genug. Weiter.",
  "numbers": ["keiner", "einer", "zwei", "drei", "vier", "fünf", "sechs"],
  "pain.name": "Schmerz jetzt",
  "pain.spot": "Schmerz bei {name}",
  "pain.words": "Schmerz {value} von 10",
  "pain.kept": "Schmerz {value} notiert",
  "note.title": "Notiz",
  "note.spot": "Notiz zu Druckpunkt {name}",
  "note.label": "Mit eigenen Worten",
  "note.quick": ["Lage geändert", "hier empfindlich", "Krampf", "Druck verringert"],
  "note.kept": "Notiz behalten",
  "action.start": "Start",
  "action.pause": "Pause",
  "action.resume": "Weiter",
  "action.stop": "Ende",
  "action.note": "Notiz",
  "action.keep": "Behalten",
  "action.cancel": "Abbrechen",
  "action.next": "Neue Sitzung",
  "action.csv": "CSV sichern",
  "action.json": "JSON sichern",
  "action.play": "Abspielen",
  "action.halt": "Anhalten",
  "theme.dark": "Dunkel",
  "theme.light": "Hell",
  "after.title": "Sitzung beendet",
  "after.file": "Aufgezeichnet in {file}",
  "figure.strokes": "Züge",
  "figure.slow_deep": "langsam und tief",
  "figure.holds": "gehalten",
  "figure.tempo": "Züge in der Minute",
  "figure.force": "Kraft im Mittel",
  "figure.pain": "Schmerz, zuerst und zuletzt",
  "figure.pain.once": "Schmerz",
  "timeline.name": "Was wann geschah",
  "key.deep": "Zug, langsam und tief",
  "key.stroke": "anderer Zug",
  "key.hold": "Halten",
  "key.pain": "Schmerz",
  "timeline.scrub": "Zeit in der Sitzung",
  "timeline.nothing": "nichts",
  "timeline.stroke": "Zug {id}: {travel} mm mit {speed} mm/s, {force} N",
  "timeline.hold": "Halten {id}: {duration} s, {force} N",
  "alarm.mat": "Die Matte schweigt. Kabel prüfen; die Aufnahme geht weiter, sobald sie wieder da ist.",
  "alarm.lost": "{count} Bilder der Matte gingen verloren.",
  "alarm.server": "Keine Verbindung zu rollscope. Neuer Versuch …",
  "alarm.over": "Rollscope ist beendet. Was hier steht, bleibt, bis Sie die Seite schließen.",
  "alarm.refused": "Das ging nicht: {why}"
};

export const languages = { en, de };
const wanted = (navigator.languages || ["en"]).map((l) => l.slice(0, 2));
const chosen = languages[wanted.find((l) => languages[l])] || en;

/** The text of a key, with {names} filled in. */
export function text(key, values = {}) {
  const found = chosen[key];
  if (typeof found !== "string") return key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The list of a key. */
export const list = (key) => chosen[key];

/** A number with so many digits after the point, as people here write it. */
export function number(value, digits = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return value.toFixed(digits).replace(".", chosen.decimal);
}

/** Seconds as m:ss. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  const two = (n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Fills in every element with data-text. */
export function fill(root = document) {
  document.documentElement.lang = chosen.language;
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
}
