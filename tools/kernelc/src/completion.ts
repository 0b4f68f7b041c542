/**
 * Scripts with which shells complete the arguments of `kernelc`, derived from the tree of commands.
 *
 * Invariant: the scripts hold everything they need; completing starts no `kernelc`.
 */
import type { Command, Option } from "commander";
import type { SHELLS } from "./program.ts";

interface Choice {
  readonly text: string;
  readonly about: string;
}

interface OptionFacts {
  readonly flags: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

interface CommandFacts {
  readonly name: string;
  readonly about: string;
  readonly options: readonly OptionFacts[];
  readonly choices: readonly string[];
}

/** The script for a shell. */
export function completionScript(program: Command, shell: (typeof SHELLS)[number]): string {
  const commands = program.commands.map(factsOf);
  if (shell === "bash") return bashScript(commands);
  return shell === "zsh" ? zshScript(commands) : fishScript(commands);
}

function factsOf(command: Command): CommandFacts {
  const help: OptionFacts = {
    flags: ["-h", "--help"],
    about: "show this help",
    takesValue: false,
    choices: [],
  };
  return {
    name: command.name(),
    about: command.summary(),
    options: [...command.options.map(optionFacts), help],
    choices: command.registeredArguments[0]?.argChoices ?? [],
  };
}

function optionFacts(option: Option): OptionFacts {
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    about: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  };
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function bashScript(commands: readonly CommandFacts[]): string {
  const cases = commands.map(({ name, options, choices }) => {
    const words = [...options.flatMap(({ flags }) => flags), ...choices].join(" ");
    const valued = options.filter((option) => option.choices.length > 0);
    const inner = valued.map(
      (option) => `        ${option.flags.join("|")}) words=${quote(option.choices.join(" "))} ;;`,
    );
    const files = choices.length === 0 ? 1 : 0;
    return [
      `    ${name})`,
      `      words=${quote(words)} files=${files}`,
      ...(inner.length === 0 ? [] : ['      case "$previous" in', ...inner, "      esac"]),
      "      ;;",
    ].join("\n");
  });
  return `# Completes the arguments of kernelc in bash.
_kernelc() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local words=${quote([...commands.map(({ name }) => name), "help", "--help", "--version"].join(" "))}
  local files=0
  if ((COMP_CWORD > 1)); then
    words= files=1
    case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if ((files)) && [[ $current != -* ]]; then
    local file
    while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$current")
  fi
}
complete -o filenames -F _kernelc kernelc ./kernelc
`;
}

function zshScript(commands: readonly CommandFacts[]): string {
  const escape = (text: string): string => text.replace(/[[\]:]/g, "\\$&");
  const describe = ({ text, about }: Choice): string => quote(`${text}:${escape(about)}`);
  const cases = commands.map(({ name, options, choices }) => {
    const specs = options.map((option) => {
      const { flags, about, takesValue } = option;
      const values = option.choices.length > 0 ? `(${option.choices.join(" ")})` : "_files";
      const value = takesValue ? `:value:${values}` : "";
      // Options may be given again: `*`; a short and a long flag are one option: `{a,b}`.
      const head = flags.length === 1 ? quote(`*${flags[0]}`) : `'*'{${flags.join(",")}}`;
      return `${head}${quote(`[${escape(about)}]${value}`)}`;
    });
    const rest = choices.length > 0 ? `'1:value:(${choices.join(" ")})'` : "'*:file:_files'";
    return `    ${name}) _arguments ${[...specs, rest].join(" \\\n        ")} ;;`;
  });
  const list = commands.map(({ name, about }) => describe({ text: name, about }));
  return `#compdef kernelc
# Completes the arguments of kernelc in zsh.
_kernelc() {
  if ((CURRENT == 2)); then
    local -a commands=(
      ${list.join("\n      ")}
      'help:show the help of a command'
    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${cases.join("\n")}
  esac
}
if [[ \${funcstack[1]} == _kernelc ]]; then _kernelc "$@"; else compdef _kernelc kernelc; fi
`;
}

function fishScript(commands: readonly CommandFacts[]): string {
  const lines = ["# Completes the arguments of kernelc in fish.", "complete -c kernelc -f"];
  for (const { name, about } of commands) {
    lines.push(`complete -c kernelc -n __fish_use_subcommand -a ${name} -d ${quote(about)}`);
  }
  for (const { name, options, choices } of commands) {
    const when = `complete -c kernelc -n ${quote(`__fish_seen_subcommand_from ${name}`)}`;
    lines.push(choices.length === 0 ? `${when} -F` : `${when} -a ${quote(choices.join(" "))}`);
    for (const { flags, about, takesValue, choices: values } of options) {
      const parts = flags.map((flag) =>
        flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      );
      if (takesValue) parts.push(values.length > 0 ? `-x -a ${quote(values.join(" "))}` : "-r");
      lines.push(`${when} ${parts.join(" ")} -d ${quote(about)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
