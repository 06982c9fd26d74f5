const merged =
  "The tasks below were carried out by other agents. Your current directory holds the merged result. " +
  "You read it and change nothing.";

/** Asks the manager for its judgement of the whole, on the merged tree. */
export const reviewerTemplate = `{% block intro %}
${merged}

{% endblock %}
{% block goal %}
## The goal
{{ goal }}

{% endblock %}
{% block plan %}
{% if plan %}
## The plan
{{ plan }}

{% endif %}
{% endblock %}
{% block tasks %}
{% if tasks %}
## The tasks
{% for task in tasks %}
- {{ task.key }} ({{ task.title }}): {{ task.status }}. {{ task.evidence }}
{% endfor %}

{% endif %}
{% endblock %}
{% block rules %}
## Judge
- Does the merged result reach the goal? Look at the files, don't trust the summaries.
- What is missing, wrong or risky? Only what you saw.
- What should the person do next?

{% endblock %}
The work started from commit {{ baseCommit }}. Answer with your review.
`;

/** Asks the manager for one text from many results, beside the merged tree. */
export const synthesizerTemplate = `{% block intro %}
${merged}

{% endblock %}
{% block goal %}
## The goal
{{ goal }}

{% endblock %}
{% block question %}
## What is asked of you
{{ question }}

{% endblock %}
{% block results %}
{{ results }}

{% endblock %}
{% block rules %}
Answer with the text that was asked for, and nothing else. Name what failed; claim nothing that you did not see.
{% endblock %}
`;
