"""Forms of sign-in and account."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from app.infra.forms import Form

ANY_PASSWORD = Length(max=1000, message="This is longer than any password here.")


class SignInForm(Form):
    """E-mail address and password; where to go afterwards; what was typed before the session ran out."""

    email = StringField(
        "E-mail",
        validators=[DataRequired("Enter your e-mail address."), Length(max=254, message="This is no e-mail address.")],
        render_kw={"autocomplete": "username", "type": "email", "inputmode": "email"},
    )
    password = PasswordField(
        "Password",
        validators=[DataRequired("Enter your password."), ANY_PASSWORD],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()
    carried = HiddenField()


class PasswordForm(Form):
    """The present password, and a new one twice."""

    old_password = PasswordField(
        "Present password",
        validators=[DataRequired("Enter your present password."), ANY_PASSWORD],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        "New password",
        description="At least 12 characters. A few unrelated words are better than one odd one.",
        validators=[DataRequired("Enter a new password."), ANY_PASSWORD],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "New password, once more",
        validators=[EqualTo("password", message="The two new passwords differ; type the same one twice.")],
        render_kw={"autocomplete": "new-password"},
    )
