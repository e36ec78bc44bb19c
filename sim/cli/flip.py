"""``talent-circulation flip SCENARIO …``: the unfixed numbers that matter most, and where they turn the answer."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from sim.cli.compare import add_options, watched
from sim.cli.parse import Parser
from sim.core.read import ConfigError

USAGE = """\
usage: talent-circulation flip SCENARIO [SCENARIO ...] [key=value ...]

Which of the numbers that no data fix would turn an answer? Screens all of them
together, tries the ends of the likeliest, and goes along the range of the
three that matter most: the value at which the sign of the effect turns or, of
several scenarios, their order. A number that chance might explain is not named.
Writes flip.json, flip.csv and a figure into outputs/flip/<key>/; the last line
printed is that folder. Given again, it goes on from what is there.

SCENARIO        a name, or A+B for both together
--place PLACE   code or name of a country, a group, or World (default: the
                issuer)
--outcome NAME  researchers (default), papers, top papers, entrants, protected,
                leaks … or any outcome: talent-circulation list outcomes
--from, --to, --against, --config-dir   as of compare
key=value       settings (scale=1000, government.mode=scripted by default),
                policies, and how finely to look: blocks=1 (of runs of the
                screening), tried=12 (numbers run from end to end), points=5 and
                replicates=2 (of each line)
--dry-run       how many runs there are, and how long they take
--small         a coarse version that takes a minute or two

examples
  talent-circulation flip restrictive
  talent-circulation flip nspm33 restrictive --outcome papers
  talent-circulation flip japan_checklist --place Japan blocks=2
"""


def command(words: Sequence[str]) -> int:
    """Run the command; returns its exit code."""
    parser = Parser("flip")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--place")
    parser.add_argument("--outcome", default="researchers")
    add_options(parser)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--small", action="store_true")
    args = parser.parse_intermixed_args(list(words))
    names = [word for word in args.words if "=" not in word]
    if not names:
        raise ConfigError(["command line: flip: names no scenario; see talent-circulation list scenarios"])

    from sim.flip import Job, ask_flip
    from sim.sweep.status import duration

    asked = ask_flip(
        names, [word for word in args.words if "=" in word], place=args.place, outcome=args.outcome,
        first=args.first, last=args.last, against=args.against, config_dir=args.config_dir, small=args.small,
        command=shlex.join(["talent-circulation", "flip", *words]),
    )  # fmt: skip
    job = Job.plan(asked)
    missing, total = len(job.sweep.missing()), len(job.sweep.plan.keys)
    price = f"about {duration(job.seconds())} of one core, later runs included (a rough guess)"
    told = f"screening of {len(asked.items)} numbers: {total:,} runs, {missing:,} to compute; {price}"
    if args.dry_run:
        print(f"{told}\n{job.folder}")
        return 0
    with watched(job.sweep, asked.config.progress) as status:
        status.note(f"{told}; what is finished is kept in {job.sweep.folder}")
        found = job.carry_out(show=status.progress, note=status.note)

    from sim.flip.text import text_of

    print(text_of(found), flush=True)
    if asked.config.figures != "off":
        from sim.flip.figure import write_figure

        write_figure(found)
    print(found.folder, flush=True)
    return 0
