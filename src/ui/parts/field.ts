/** Owns labelled fields: label, hint and problem tied to the control for every reader. */
import { type Html, html } from "../html.ts";

export interface FieldOptions {
  readonly name: string;
  readonly label: string;
  /** Default: the name. Give one when a page has two fields of that name. */
  readonly id?: string;
  readonly hint?: string | Html;
  /** What is wrong with what was typed. */
  readonly problem?: string | Html | undefined;
}

export interface ControlFacts {
  readonly id: string;
  /** Value of `aria-describedby`; empty when there is neither hint nor problem. */
  readonly describedBy: string;
  readonly invalid: "true" | "false";
}

/** Label, control, hint and problem. The control is made by the caller from the facts that tie them together. */
export function field(options: FieldOptions, control: (facts: ControlFacts) => Html): Html {
  const { name, label, id = name, hint, problem } = options;
  const ids = [hint === undefined ? "" : `${id}-hint`, problem === undefined ? "" : `${id}-problem`];
  const describedBy = ids.filter((each) => each !== "").join(" ");
  return html`<div class="field"><label for="${id}">${label}</label>${
    hint === undefined ? "" : html`<p class="hint" id="${id}-hint">${hint}</p>`
  }${control({ id, describedBy, invalid: problem === undefined ? "false" : "true" })}${
    problem === undefined ? "" : html`<div class="problem" id="${id}-problem" role="alert">${problem}</div>`
  }</div>`;
}

export interface TextFieldOptions extends FieldOptions {
  readonly value: string;
  readonly type?: "text" | "search" | "number" | "email" | "url" | "password" | "date";
  readonly required?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly maxLength?: number;
  readonly placeholder?: string;
  /** Shown behind the control, such as `days`. */
  readonly unit?: string;
}

/** A field of one line. */
export function textField(options: TextFieldOptions): Html {
  const { name, value, type = "text", required = false, min, max, maxLength, placeholder, unit } = options;
  return field(options, ({ id, describedBy, invalid }) => {
    const control = html`<input id="${id}" name="${name}" type="${type}" value="${value}" autocomplete="off" spellcheck="false" aria-describedby="${describedBy}" aria-invalid="${invalid}"${
      required ? html` required` : ""
    }${min === undefined ? "" : html` min="${min}"`}${max === undefined ? "" : html` max="${max}"`}${
      maxLength === undefined ? "" : html` maxlength="${maxLength}"`
    }${placeholder === undefined ? "" : html` placeholder="${placeholder}"`}>`;
    return unit === undefined
      ? control
      : html`<div class="with-unit">${control}<span class="unit">${unit}</span></div>`;
  });
}

export interface AreaFieldOptions extends FieldOptions {
  readonly value: string;
  readonly rows?: number;
  readonly placeholder?: string;
}

/** A field of many lines, in the fixed-width face. The line break after the tag keeps a first empty line. */
export function areaField(options: AreaFieldOptions): Html {
  const { name, value, rows = 6, placeholder = "" } = options;
  return field(
    options,
    ({ id, describedBy, invalid }) =>
      html`<textarea id="${id}" name="${name}" rows="${rows}" spellcheck="false" autocomplete="off" placeholder="${placeholder}" aria-describedby="${describedBy}" aria-invalid="${invalid}">
${value}</textarea>`,
  );
}
