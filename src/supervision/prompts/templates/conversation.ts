/** For a conversation that goes on after its work wasn't accepted: it has all the rest in front of it. */
export const retryTemplate = `{% block feedback %}
## Your work was not accepted
{{ feedback }}

{% if namedFiles %}
It names these files:
{% for path in namedFiles %}
- {{ path }}
{% endfor %}

{% endif %}
{% endblock %}
{% block rules %}
{% if task.access == "read" %}
Answer again, and whole: only your last message counts.
{% else %}
Your changes are still in your working directory. Fix what is named above, then finish the task.
{% endif %}
{% endblock %}
`;

/** For a conversation whose agent asked something: it has all the rest in front of it. */
export const clarificationTemplate = `{% block answer %}
## Your question is answered
{{ answer }}

{% endblock %}
{% block rules %}
Your changes are still in your working directory. Go on with the task by this answer, and finish it. Where something else is unclear, \
take the most sensible reading and say which one you took.
{% endblock %}
`;

/**
 * Stands before the whole prompt in a conversation whose process died or was stopped: one that died before its transcript was written
 * has not seen it, and nobody can tell from outside.
 */
export const continuationTemplate = `{% block intro %}
You may have been interrupted in the middle of the work below; nothing you wrote was lost. If you had begun, look at \
the state of your working directory and go on where you stopped; don't do finished parts again.
{% endblock %}
`;
