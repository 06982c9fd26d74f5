import { notesBlock } from "./shared-blocks.ts";

/** Asks the manager for a plan as structured output. */
export const managerTemplate = `{% block intro %}
You plan work on the repository in your current directory. You read it and change nothing. \
Up to {{ workers }} agents carry out your tasks side by side, each in its own copy of the repository, \
seeing only the repository and the text of its own task.

{% endblock %}
{% block goal %}
## The goal
{{ goal }}

{% endblock %}
{% block files %}
{% if files %}
## Files{% if files | length < fileCount %} ({{ files | length }} of {{ fileCount }}){% endif %}

{% for path in files %}
- {{ path }}
{% endfor %}

{% endif %}
{% endblock %}
{% block gates %}
{% if gates %}
## Commands that judge every result
{% for gate in gates %}
- {{ gate.name }}: \`{{ gate.run }}\`
{% endfor %}

{% endif %}
{% endblock %}
{% block agents %}
{% if agents %}
## Agents
A task's agent may be one of these; leave it out where none fits better than the plain one.
{% for agent in agents %}
- {{ agent }}
{% endfor %}

{% endif %}
{% endblock %}
${notesBlock}
{% block rules %}
## A good plan
- Read what you need of the repository before you plan.
- Each task is one coherent change that one agent can finish and that leaves the repository working.
- A task's prompt stands alone: it names the files, the behaviour wanted and how to check it.
- dependsOn only where the work really needs the other task's result; everything else runs at once.
- Two tasks that change the same lines will conflict: merge them or order them.
- expectedOutputs names the files that must exist afterwards; leave it empty where none is certain.
- As few tasks as the goal needs. One is a good plan for a small goal.

{% endblock %}
{% block problem %}
{% if problem %}
## Your last plan was refused
{{ problem }}

{% endif %}
{% endblock %}
Answer with the plan.
`;
