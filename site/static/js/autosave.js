// Saves what somebody is writing: 8 seconds after a change, on leaving a field, on leaving the
// page. Until the server has acknowledged it, a copy stays in this browser. Without this script
// the button “Save the draft” does the same.
import { readAnswer, sameAnswer, writeAnswer } from "./answers.js";

const DELAY = 8_000;
const LONGEST_PAUSE = 60_000;
const SIGNED_OUT_CHECK = 10_000;

class Autosave {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.store = `draft ${form.dataset.store}`;
    this.client = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.rev = Number(form.elements.rev.value);
    this.questions = new Map();
    this.acknowledged = new Map();
    this.conflicts = new Map();
    // Unacknowledged answers of an earlier visit to questions that are not on this page.
    this.elsewhere = {};
    this.pause = DELAY;
    this.isSaving = false;
    this.isSignedOut = false;
    this.isOver = false;
    for (const question of form.querySelectorAll("[data-question]")) {
      if (question.dataset.kind === "file") continue;
      this.questions.set(question.dataset.question, question);
      this.acknowledged.set(question.dataset.question, readAnswer(question));
    }
    form.elements.client.value = this.client;
    form.addEventListener("input", () => this.changed());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("submit", () => this.submitting());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leave();
      else this.comeBack();
    });
    addEventListener("pagehide", () => this.leave());
    // A page brought back from memory is old; what was typed on it is in the copy.
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    addEventListener("online", () => this.save());
    this.recover();
  }

  // Answers that differ from what the server has, and are not waiting for a decision.
  dirty() {
    const found = new Map();
    for (const [key, question] of this.questions) {
      const answer = readAnswer(question);
      if (!this.conflicts.has(key) && !sameAnswer(answer, this.acknowledged.get(key))) {
        found.set(key, answer);
      }
    }
    return found;
  }

  changed() {
    this.keepCopy();
    this.timer ??= setTimeout(() => this.save(), this.pause);
  }

  body(answers, { rev = this.rev, client = this.client } = {}) {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    data.append("rev", rev);
    data.append("client", client);
    for (const [key, answer] of answers) {
      data.append("keys", key);
      for (const value of answer) data.append(key, value);
    }
    return data;
  }

  async save() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.isSaving || this.isSignedOut || this.isOver) return;
    const answers = this.dirty();
    if (answers.size) await this.send(answers);
  }

  async send(answers, origin = {}) {
    this.isSaving = true;
    this.say("saving");
    try {
      const response = await fetch(this.url, { method: "POST", body: this.body(answers, origin) });
      await this.answered(response, answers);
    } catch {
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
      this.say("offline");
    } finally {
      this.isSaving = false;
    }
    if (!this.isSignedOut && !this.isOver && this.dirty().size) {
      this.timer ??= setTimeout(() => this.save(), this.pause);
    }
  }

  async answered(response, answers) {
    if (response.status === 401 || response.status === 403) return this.signedOut();
    const type = response.headers.get("Content-Type") ?? "";
    if (!type.startsWith("application/json")) throw new Error(`status ${response.status}`);
    const result = await response.json();
    if (result.error) {
      this.isOver = response.status === 410;
      return this.sayText(result.error, "problem");
    }
    this.pause = DELAY;
    this.rev = result.rev;
    this.form.elements.rev.value = result.rev;
    const disputed = new Set(result.conflicts.map((conflict) => conflict.key));
    for (const [key, answer] of answers) {
      if (disputed.has(key)) continue;
      if (this.questions.has(key)) this.acknowledged.set(key, answer);
      delete this.elsewhere[key];
    }
    for (const conflict of result.conflicts) this.dispute(conflict);
    for (const update of result.updates) this.takeOver(update);
    this.keepCopy();
    if (this.conflicts.size) this.say("conflict");
    else this.say("saved", result.time);
  }

  // Somebody else's answer: taken in where nothing was typed here, else both are shown.
  takeOver(update) {
    const question = this.questions.get(update.key);
    if (!question) return;
    const here = readAnswer(question);
    if (sameAnswer(here, update.value)) {
      this.acknowledged.set(update.key, update.value);
    } else if (sameAnswer(here, this.acknowledged.get(update.key))) {
      writeAnswer(question, update.value);
      this.acknowledged.set(update.key, update.value);
      this.form.dispatchEvent(new Event("answers-changed"));
    } else {
      this.dispute(update);
    }
  }

  dispute(conflict) {
    const question = this.questions.get(conflict.key);
    // Of a question on another step ours stays in the copy: that step's page will show both.
    if (!question) return;
    this.conflicts.get(conflict.key)?.remove();
    const panel = document.getElementById("conflict-template").content.firstElementChild.cloneNode(true);
    const words = panel.dataset;
    panel.querySelector("[data-head]").textContent = conflict.by
      ? words.textBy.replace("{name}", conflict.by).replace("{time}", conflict.at)
      : words.textSomebody;
    panel.querySelector("[data-other]").textContent = conflict.text || "–";
    panel.querySelector("[data-keep]").addEventListener("click", () => {
      this.settle(conflict.key);
      this.acknowledged.set(conflict.key, conflict.value);
      this.save();
    });
    panel.querySelector("[data-take]").addEventListener("click", () => {
      this.settle(conflict.key);
      writeAnswer(question, conflict.value);
      this.acknowledged.set(conflict.key, conflict.value);
      this.form.dispatchEvent(new Event("answers-changed"));
      this.keepCopy();
      this.say("chosen");
    });
    question.append(panel);
    this.conflicts.set(conflict.key, panel);
  }

  settle(key) {
    const question = this.questions.get(key);
    this.conflicts.get(key)?.remove();
    this.conflicts.delete(key);
    question.querySelector("input, textarea")?.focus();
  }

  // The session has ended. What is typed stays here; signing in again in another tab is enough.
  signedOut() {
    this.isSignedOut = true;
    this.keepCopy();
    this.say("signedOut");
    document.querySelector("[data-autosave-sign-in]")?.removeAttribute("hidden");
    this.watch ??= setInterval(() => this.comeBack(), SIGNED_OUT_CHECK);
  }

  async comeBack() {
    if (!this.isSignedOut) return;
    try {
      const response = await fetch(this.url, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const state = await response.json();
      for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) {
        input.value = state.csrf;
      }
    } catch {
      return;
    }
    clearInterval(this.watch);
    this.watch = undefined;
    this.isSignedOut = false;
    document.querySelector("[data-autosave-sign-in]")?.setAttribute("hidden", "");
    await this.save();
  }

  leave() {
    if (this.isOver || this.isSubmitting) return;
    const answers = this.dirty();
    if (!answers.size) return;
    this.keepCopy();
    if (!this.isSignedOut) navigator.sendBeacon(this.url, this.body(answers));
  }

  // The page's own buttons send the whole step; say which answers were changed here.
  submitting() {
    this.isSubmitting = true;
    this.keepCopy();
    const add = (name, value) => {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      this.form.append(input);
    };
    add("scripted", "1");
    for (const key of this.dirty().keys()) add("keys", key);
    for (const key of this.conflicts.keys()) add("keys", key);
  }

  keepCopy() {
    const answers = { ...this.elsewhere, ...Object.fromEntries(this.dirty()) };
    for (const key of this.conflicts.keys()) answers[key] = readAnswer(this.questions.get(key));
    try {
      if (Object.keys(answers).length) {
        const copy = { rev: this.rev, client: this.client, answers };
        localStorage.setItem(this.store, JSON.stringify(copy));
      } else {
        localStorage.removeItem(this.store);
      }
    } catch {
      // Private windows may refuse to keep anything; saving to the server goes on.
    }
  }

  copy() {
    try {
      return JSON.parse(localStorage.getItem(this.store) ?? "null");
    } catch {
      return null;
    }
  }

  // Answers of an earlier visit that the server has not acknowledged.
  async recover() {
    const copy = this.copy();
    if (!copy) return;
    const lost = new Map();
    for (const [key, answer] of Object.entries(copy.answers)) {
      const question = this.questions.get(key);
      if (question && sameAnswer(answer, readAnswer(question))) continue;
      lost.set(key, answer);
      if (question) writeAnswer(question, answer);
      else this.elsewhere[key] = answer;
    }
    this.keepCopy();
    if (!lost.size) return;
    this.form.dispatchEvent(new Event("answers-changed"));
    await this.send(lost, { rev: Math.min(copy.rev, this.rev), client: copy.client });
  }

  say(name, time = "") {
    const status = document.querySelector("[data-autosave-status]");
    this.sayText(status.dataset[`text${name[0].toUpperCase()}${name.slice(1)}`].replace("{time}", time), name);
  }

  sayText(text, name) {
    const status = document.querySelector("[data-autosave-status]");
    status.textContent = text;
    status.dataset.state = name;
  }
}

const form = document.querySelector("form[data-autosave]");
if (form) new Autosave(form);
