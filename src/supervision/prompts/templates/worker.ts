import { acceptanceBlock, notesBlock } from "./shared-blocks.ts";

/** What a worker's agent is told at the beginning of its conversation. */
export const workerTemplate = `{% block intro %}
You carry out one task of a larger plan, alone, in your own working copy of the repository (your current directory).

{% endblock %}
{% block goal %}
## The goal of the whole plan
{{ goal }}

{% endblock %}
{% block plan %}
{% if plan %}
## The plan
{{ plan }}

{% endif %}
{% endblock %}
{% block task %}
## Your task: {{ task.title }}
{{ task.prompt }}

{% endblock %}
{% block parent %}
{% if parent %}
## The task that yours follows on from
{{ parent.title }}

{{ parent.prompt }}

Its agent reported:
{{ parent.result }}

{% endif %}
{% endblock %}
{% block context_files %}
{% if task.contextFiles %}
## Read first
{% for path in task.contextFiles %}
- {{ path }}
{% endfor %}

{% endif %}
{% endblock %}
{% block outputs %}
{% if task.expectedOutputs %}
## These files must exist when you are done
{% for path in task.expectedOutputs %}
- {{ path }}
{% endfor %}

{% endif %}
{% endblock %}
${acceptanceBlock}
{% block footprint %}
{% if task.footprint %}
## Change files only inside
{% for glob in task.footprint %}
- {{ glob }}
{% endfor %}

{% endif %}
{% endblock %}
{% block dependencies %}
{% if dependencies %}
## Already done and in your working copy
{% for done in dependencies %}
- {{ done.key }} ({{ done.title }}): {{ done.result }}
{% endfor %}

{% endif %}
{% endblock %}
{% block gates %}
{% if gates %}
## Your work is judged by these commands
{% for gate in gates %}
- {{ gate.name }}: \`{{ gate.run }}\`
{% endfor %}

{% endif %}
{% endblock %}
{% block attempts %}
{% if attempts %}
## Earlier attempts and why they were not accepted
{% for attempt in attempts %}
- {{ attempt.number }}: {{ attempt.why }}
{% endfor %}

{% endif %}
{% endblock %}
{% block feedback %}
{% if feedback %}
## The attempt before this one was not accepted
{{ feedback }}

{% endif %}
{% if namedFiles %}
It names these files:
{% for path in namedFiles %}
- {{ path }}
{% endfor %}

{% endif %}
{% endblock %}
${notesBlock}
{% block rules %}
## Rules
{% if task.access == "read" %}
- Stay inside your current directory. Look and change nothing: you may only read, and nothing that is written is kept.
- Nobody can answer questions. When something is unclear, take the most sensible reading and say which one you took.
- Your last message is the result of this task, and all that others see of it: put everything in it that was asked for.
{% else %}
- Stay inside your current directory. Other agents work on the other tasks at the same time: do only your own.
- You need not commit: your working directory is recorded as it is when you stop.
- Nobody can answer questions. When something is unclear, take the most sensible reading and say which one you took.
- When you are done, say in two or three sentences what you changed and how you checked it.
{% endif %}
{% endblock %}
`;
