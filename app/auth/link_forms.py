"""Forms of one-time links: choosing a password, and asking for a new one."""

from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from app.auth.forms import ANY_PASSWORD
from app.infra.forms import Form, StorableText


class ChoosePasswordForm(Form):
    """A password, twice."""

    password = PasswordField(
        "Password",
        description="At least 12 characters. A few unrelated words are better than one odd one.",
        validators=[DataRequired("Choose a password."), ANY_PASSWORD],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "Password, once more",
        validators=[EqualTo("password", message="The two passwords differ; type the same one twice.")],
        render_kw={"autocomplete": "new-password"},
    )


class AskForResetForm(Form):
    """The address that somebody signs in with."""

    email = StringField(
        "E-mail",
        validators=[
            DataRequired("Enter the e-mail address that you sign in with."),
            Length(max=254, message="This is no e-mail address."),
            StorableText(),
        ],
        render_kw={"autocomplete": "username", "type": "email", "inputmode": "email"},
    )
